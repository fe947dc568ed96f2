// Settings of all gateways in the words of the grammar.

import ClawgressModel

extension TreeBuilder {
    mutating func add(_ settings: GatewaySettings) {
        let path: ConfigPath = ["gateway"]
        for (name, limit) in Limits.named {
            let place = path.appending("limit").appending(ConfigSchema.word(name))
            add(settings.limits[keyPath: limit], at: place)
        }
        for (name, addresses) in settings.staticHosts.sorted(by: { $0.key < $1.key }) {
            addAll(addresses, at: path.appending("static-host").appending(name))
        }
        add(choice: settings.auditOnFailure, at: path.appending("audit-on-failure"))
        addAny(settings.protectedAddresses, at: path.appending("protected-address"))
        addAny(settings.tunnel.allowedPorts, at: path.appending("tunnel").appending("allowed-port"))
        add(settings.resolver, at: path.appending("resolver"))
        add(settings.record.query, at: path.appending("record").appending("query"))
        addAny(settings.record.redactPaths, at: path.appending("record").appending("redact-path"))
        add(settings.alert, at: path.appending("alert"))
    }

    /// Sets the values of a set that may be empty.
    private mutating func addAny(_ words: [String], at path: ConfigPath) {
        for word in words { add(word, at: path) }
    }

    private mutating func add(_ resolver: ResolverSettings, at path: ConfigPath) {
        addAny(resolver.servers, at: path.appending("server"))
        for (name, number) in ResolverSettings.named {
            add(resolver[keyPath: number], at: path.appending(ConfigSchema.word(name)))
        }
    }

    private mutating func add(_ alert: AlertSettings, at path: ConfigPath) {
        add(alert.spoolBacklogPercent, at: path.appending("spool-backlog-percent"))
        add(alert.auditUnreachableSeconds, at: path.appending("audit-unreachable-seconds"))
        guard let seconds = alert.bundleAgeSeconds else { return }
        add(seconds, at: path.appending("bundle-age-seconds"))
    }
}
