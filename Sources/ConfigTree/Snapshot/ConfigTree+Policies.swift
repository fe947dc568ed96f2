// Policies of the tree as policies of the model.

import ClawgressModel

extension Policy {
    /// Reads an entry.
    ///
    /// - Parameter defaults: what holds where it says nothing of its tunnels.
    init(
        _ reader: EntryReader,
        _ name: String,
        tunnels defaults: TunnelDefaults
    ) throws(ConfigProblem) {
        guard let action: Action = try reader.choice("action") else {
            throw reader.missing("action")
        }
        self.init(policyID: name, action: action, match: try PolicyMatch(reader.inner("match")))
        version = reader.count("version") ?? version
        priority = reader.count("priority") ?? priority
        enabled = reader.flag("enabled") ?? enabled
        mode = try reader.choice("mode") ?? mode
        resolvesTo = reader.values("resolves-to")
        tunnels = try reader.choice("tunnels") ?? tunnels
        let content: TunnelContent? = try reader.choice("tls")
        let hello: EncryptedHello? = try reader.choice("ech")
        setTunnelContent(content, hello, defaults: defaults)
        allowBroad = reader.flag("allow-broad") ?? allowBroad
    }
}

extension PolicyMatch {
    fileprivate init(_ reader: EntryReader) throws(ConfigProblem) {
        self.init(
            destination: reader.values("destination"),
            method: reader.values("method"),
            pathPrefix: reader.values("path-prefix")
        )
        let identity = reader.inner("identity")
        if !identity.isEmpty {
            self.identity = IdentityMatch(
                agents: identity.values("agent"),
                teams: identity.values("team"),
                projects: identity.values("project"),
                environments: identity.values("environment")
            )
        }
        let time = reader.inner("time")
        if !time.isEmpty { self.time = try TimeWindow(time) }
    }
}

extension TimeWindow {
    fileprivate init(_ reader: EntryReader) throws(ConfigProblem) {
        self.init(
            days: reader.values("day"),
            from: try reader.text("from"),
            to: try reader.text("to")
        )
        zone = reader.optionalText("zone") ?? zone
    }
}
