// The nouns of the model, field by field in the words of the grammar.

import ClawgressModel

extension TreeBuilder {
    mutating func add(_ agent: Agent) {
        let path: ConfigPath = ["agent", agent.agentID]
        begin(path)
        add(agent.teamID, at: path.appending("team"))
        add(agent.projectID, at: path.appending("project"))
        add(agent.environment, at: path.appending("environment"))
        add(choice: agent.status, at: path.appending("status"))
        for key in agent.keys {
            let path = path.appending("key").appending(key.keyID)
            begin(path)
            add(key.digest, at: path.appending("digest"))
            add(moment: key.createdAt, at: path.appending("created"))
            add(moment: key.expiresAt, at: path.appending("expires"))
            add(moment: key.revokedAt, at: path.appending("revoked"))
        }
    }

    mutating func add(_ issuer: TokenIssuer) {
        let path: ConfigPath = ["issuer", issuer.issuer]
        begin(path)
        addAll(issuer.audiences, at: path.appending("audience"))
        addAll(issuer.keys, at: path.appending("key"))
        add(issuer.lifeSecondsMax, at: path.appending("life-seconds-max"))
        let claim = path.appending("claim")
        add(issuer.claims.agentID, at: claim.appending("agent"))
        add(issuer.claims.teamID, at: claim.appending("team"))
        add(issuer.claims.projectID, at: claim.appending("project"))
        add(issuer.claims.environment, at: claim.appending("environment"))
    }

    mutating func add(_ quota: Quota, at path: ConfigPath) {
        begin(path)
        if let limit = quota.rpsLimit { add(limit, at: path.appending("rps-limit")) }
        if let limit = quota.rpmLimit { add(limit, at: path.appending("rpm-limit")) }
        add(choice: quota.mode, at: path.appending("mode"))
    }

    mutating func add(_ policy: Policy) {
        let path: ConfigPath = ["policy", policy.policyID]
        begin(path)
        add(choice: policy.action, at: path.appending("action"))
        add(policy.priority, at: path.appending("priority"))
        add(policy.enabled, at: path.appending("enabled"))
        add(choice: policy.mode, at: path.appending("mode"))
        add(policy.version, at: path.appending("version"))
        add(policy.match, at: path.appending("match"))
        addAll(policy.resolvesTo, at: path.appending("resolves-to"))
        add(choice: policy.tunnels, at: path.appending("tunnels"))
        // What a policy leaves unsaid is what the product's defaults are, until others are set.
        let usual = TunnelDefaults()
        if policy.tls != usual.content { add(choice: policy.tls, at: path.appending("tls")) }
        if policy.ech != usual.encryptedHello { add(choice: policy.ech, at: path.appending("ech")) }
        add(policy.allowBroad, at: path.appending("allow-broad"))
    }

    private mutating func add(_ match: PolicyMatch, at path: ConfigPath) {
        if let identity = match.identity {
            let path = path.appending("identity")
            let lists = [
                ("agent", identity.agents), ("team", identity.teams),
                ("project", identity.projects), ("environment", identity.environments),
            ]
            for (keyword, list) in lists { addAll(list, at: path.appending(keyword)) }
            if lists.allSatisfy({ $0.1 == nil }) { addAll([], at: path) }
        }
        addAll(match.destination, at: path.appending("destination"))
        addAll(match.method, at: path.appending("method"))
        addAll(match.pathPrefix, at: path.appending("path-prefix"))
        if let time = match.time {
            let path = path.appending("time")
            addAll(time.days, at: path.appending("day"))
            add(time.from, at: path.appending("from"))
            add(time.to, at: path.appending("to"))
            add(time.zone, at: path.appending("zone"))
        }
    }
}
