// Settings of all gateways, from the tree.

import ClawgressModel

extension GatewaySettings {
    init(_ reader: EntryReader) throws(ConfigProblem) {
        self.init()
        auditOnFailure = try reader.choice("audit-on-failure") ?? auditOnFailure
        protectedAddresses = reader.values("protected-address") ?? []
        for (name, node) in reader.inner("static-host").entries { staticHosts[name] = node.values }
        let bounds = reader.inner("limit")
        for (name, limit) in Limits.named {
            if let value = bounds.count(ConfigSchema.word(name)) { limits[keyPath: limit] = value }
        }
        tunnel.allowedPorts = reader.inner("tunnel").values("allowed-port") ?? []
        let resolution = reader.inner("resolver")
        resolver.servers = resolution.values("server") ?? []
        for (name, number) in ResolverSettings.named {
            guard let value = resolution.count(ConfigSchema.word(name)) else { continue }
            resolver[keyPath: number] = value
        }
        let records = reader.inner("record")
        record.query = records.flag("query") ?? record.query
        record.redactPaths = records.values("redact-path") ?? []
        let alerts = reader.inner("alert")
        alert.spoolBacklogPercent =
            alerts.count("spool-backlog-percent") ?? alert.spoolBacklogPercent
        alert.auditUnreachableSeconds =
            alerts.count("audit-unreachable-seconds") ?? alert.auditUnreachableSeconds
        alert.bundleAgeSeconds = alerts.count("bundle-age-seconds")
    }
}

extension TunnelDefaults {
    /// Reads what holds for policies that do not say it.
    init(_ reader: EntryReader) throws(ConfigProblem) {
        self.init()
        content = try reader.choice("tls") ?? content
        encryptedHello = try reader.choice("ech") ?? encryptedHello
    }
}
