// A stand-alone gateway's source as the commands that make the same configuration on a control
// plane: the way from one to the other, and how `clawgress up` gets its first configuration.

import ClawgressBundleSigning
import ClawgressConfigTree
import ClawgressModel

/// Writes a snapshot as lines of configuration.
struct SourceCommands {
    private var lines: [String] = []

    /// The lines that make a snapshot's configuration out of an empty one.
    ///
    /// What has its default value is left out.
    static func lines(for snapshot: Snapshot) -> [String] {
        var writer = SourceCommands()
        for agent in snapshot.agents { writer.add(agent) }
        for issuer in snapshot.issuers { writer.add(issuer) }
        for (name, destinations) in snapshot.destinationGroups.sorted(by: { $0.key < $1.key }) {
            writer.set(["destination-group", name, "destination"], destinations)
        }
        for policy in snapshot.policies { writer.add(policy) }
        for quota in snapshot.quotas {
            writer.add(quota, at: ["quota", quota.agentID ?? ""])
        }
        if let quota = snapshot.defaultQuota { writer.add(quota, at: ["default-quota"]) }
        writer.add(snapshot.settings)
        return writer.lines
    }

    private mutating func set(_ path: [String], _ value: String) {
        lines.append("set \(ConfigPath(path + [value]).text)")
    }

    private mutating func set(_ path: [String], _ values: [String]?) {
        for value in values ?? [] { set(path, value) }
    }

    /// Sets a value unless it is what holds without it.
    private mutating func set<Value: Equatable>(
        _ path: [String],
        _ value: Value,
        unless usual: Value,
        as text: (Value) -> String
    ) {
        if value != usual { set(path, text(value)) }
    }

    private mutating func add(_ agent: Agent) {
        let path = ["agent", agent.agentID]
        set(path + ["team"], agent.teamID)
        set(path + ["project"], agent.projectID)
        set(path + ["environment"], agent.environment)
        set(path + ["status"], agent.status, unless: .active) { $0.rawValue }
        for key in agent.keys {
            let path = path + ["key", key.keyID]
            set(path + ["digest"], key.digest)
            set(path + ["created"], Timestamp.text(key.createdAt))
            if let end = key.expiresAt { set(path + ["expires"], Timestamp.text(end)) }
            if let end = key.revokedAt { set(path + ["revoked"], Timestamp.text(end)) }
        }
    }

    private mutating func add(_ issuer: TokenIssuer) {
        let path = ["issuer", issuer.issuer]
        let usual = ClaimNames()
        set(path + ["audience"], issuer.audiences)
        set(path + ["key"], issuer.keys)
        set(path + ["life-seconds-max"], issuer.lifeSecondsMax, unless: 86_400) { String($0) }
        let claims = [
            ("agent", issuer.claims.agentID, usual.agentID),
            ("team", issuer.claims.teamID, usual.teamID),
            ("project", issuer.claims.projectID, usual.projectID),
            ("environment", issuer.claims.environment, usual.environment),
        ]
        for (word, name, usual) in claims {
            set(path + ["claim", word], name, unless: usual) { $0 }
        }
    }

    private mutating func add(_ policy: Policy) {
        let path = ["policy", policy.policyID]
        let usual = Policy(policyID: policy.policyID, action: policy.action)
        set(path + ["action"], policy.action.rawValue)
        set(path + ["priority"], policy.priority, unless: usual.priority) { String($0) }
        set(path + ["enabled"], policy.enabled, unless: usual.enabled) { String($0) }
        set(path + ["mode"], policy.mode, unless: usual.mode) { $0.rawValue }
        set(path + ["version"], policy.version, unless: usual.version) { String($0) }
        add(policy.match, at: path + ["match"])
        set(path + ["resolves-to"], policy.resolvesTo)
        set(path + ["tunnels"], policy.tunnels, unless: usual.tunnels) { $0.rawValue }
        set(path + ["tls"], policy.tls, unless: usual.tls) { $0.rawValue }
        set(path + ["ech"], policy.ech, unless: usual.ech) { $0.rawValue }
        set(path + ["allow-broad"], policy.allowBroad, unless: usual.allowBroad) { String($0) }
    }

    private mutating func add(_ match: PolicyMatch, at path: [String]) {
        set(path + ["identity", "agent"], match.identity?.agents)
        set(path + ["identity", "team"], match.identity?.teams)
        set(path + ["identity", "project"], match.identity?.projects)
        set(path + ["identity", "environment"], match.identity?.environments)
        set(path + ["destination"], match.destination)
        set(path + ["method"], match.method)
        set(path + ["path-prefix"], match.pathPrefix)
        guard let time = match.time else { return }
        set(path + ["time", "day"], time.days)
        set(path + ["time", "from"], time.from)
        set(path + ["time", "to"], time.to)
        set(path + ["time", "zone"], time.zone, unless: "UTC") { $0 }
    }

    private mutating func add(_ quota: Quota, at path: [String]) {
        if let limit = quota.rpsLimit { set(path + ["rps-limit"], String(limit)) }
        if let limit = quota.rpmLimit { set(path + ["rpm-limit"], String(limit)) }
        set(path + ["mode"], quota.mode, unless: .hardStop) { _ in "alert-only" }
    }

    private mutating func add(_ settings: GatewaySettings) {
        let usual = GatewaySettings()
        for (name, limit) in Limits.named {
            let value = settings.limits[keyPath: limit]
            let path = ["gateway", "limit", name.replacing("_", with: "-")]
            set(path, value, unless: usual.limits[keyPath: limit]) { String($0) }
        }
        for (name, addresses) in settings.staticHosts.sorted(by: { $0.key < $1.key }) {
            set(["gateway", "static-host", name], addresses)
        }
        let onFailure = settings.auditOnFailure
        set(["gateway", "audit-on-failure"], onFailure, unless: usual.auditOnFailure) {
            $0.rawValue
        }
        set(["gateway", "protected-address"], settings.protectedAddresses)
        addShared(settings)
    }

    private mutating func addShared(_ settings: GatewaySettings) {
        let usual = GatewaySettings()
        set(["gateway", "tunnel", "allowed-port"], settings.tunnel.allowedPorts)
        set(["gateway", "resolver", "server"], settings.resolver.servers)
        for (name, number) in ResolverSettings.named {
            let path = ["gateway", "resolver", name.replacing("_", with: "-")]
            let value = settings.resolver[keyPath: number]
            set(path, value, unless: usual.resolver[keyPath: number]) { String($0) }
        }
        set(["gateway", "record", "query"], settings.record.query, unless: false) { String($0) }
        set(["gateway", "record", "redact-path"], settings.record.redactPaths)
        let alert = settings.alert
        let numbers: [(String, Int?, Int?)] = [
            ("spool-backlog-percent", alert.spoolBacklogPercent, usual.alert.spoolBacklogPercent),
            (
                "audit-unreachable-seconds", alert.auditUnreachableSeconds,
                usual.alert.auditUnreachableSeconds
            ),
            ("bundle-age-seconds", alert.bundleAgeSeconds, nil),
        ]
        for case (let word, let value?, let usual) in numbers where value != usual {
            set(["gateway", "alert", word], String(value))
        }
    }
}
