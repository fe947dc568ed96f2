// From the tree to what gateways obey.

public import ClawgressModel

extension ConfigTree {
    /// What gateways obey under this configuration, with its digest; not yet stamped with serial,
    /// time and revision.
    ///
    /// Users are no part of it. Whether gateways take it is said by the check of snapshots, which
    /// compiles it with their code.
    ///
    /// - Throws: `ConfigProblems` with all entries that are not whole and all names that lead
    ///   nowhere.
    public func snapshot() throws(ConfigProblems) -> Snapshot {
        let checks = TreeChecks(self)
        guard checks.problems.isEmpty else { throw ConfigProblems(checks.problems) }
        do throws(ConfigProblem) {
            return try unchecked()
        } catch {
            throw ConfigProblems([error])
        }
    }

    private func unchecked() throws(ConfigProblem) -> Snapshot {
        let root = EntryReader(.branch(top), at: [])
        var snapshot = Snapshot(configuration: digest)
        for (name, reader) in Self.readers(root.inner("agent")) {
            snapshot.agents.append(try Agent(reader, name))
        }
        for (name, reader) in Self.readers(root.inner("issuer")) {
            snapshot.issuers.append(try TokenIssuer(reader, name))
        }
        let tunnels = try TunnelDefaults(root.inner("gateway").inner("tunnel"))
        for (name, reader) in Self.readers(root.inner("policy")) {
            snapshot.policies.append(try Policy(reader, name, tunnels: tunnels))
        }
        for (name, reader) in Self.readers(root.inner("quota")) {
            snapshot.quotas.append(try Quota(reader, agentID: name))
        }
        for (name, reader) in Self.readers(root.inner("destination-group")) {
            snapshot.destinationGroups[name] = reader.values("destination")
        }
        let defaultQuota = root.inner("default-quota")
        if !defaultQuota.isEmpty {
            snapshot.defaultQuota = try Quota(defaultQuota, agentID: nil)
        }
        snapshot.settings = try GatewaySettings(root.inner("gateway"))
        return snapshot
    }

    private static func readers(_ list: EntryReader) -> [(String, EntryReader)] {
        list.entries.map { ($0.name, EntryReader($0.node, at: list.path.appending($0.name))) }
    }
}

extension Agent {
    fileprivate init(_ reader: EntryReader, _ name: String) throws(ConfigProblem) {
        self.init(
            agentID: name,
            teamID: try reader.text("team"),
            projectID: try reader.text("project"),
            environment: try reader.text("environment"),
            status: try reader.choice("status") ?? .active
        )
        let list = reader.inner("key")
        for (keyID, node) in list.entries {
            let key = EntryReader(node, at: list.path.appending(keyID))
            guard let createdAt = key.moment("created") else { throw key.missing("created") }
            keys.append(
                APIKeyRecord(
                    keyID: keyID,
                    digest: try key.text("digest"),
                    createdAt: createdAt,
                    expiresAt: key.moment("expires"),
                    revokedAt: key.moment("revoked")
                )
            )
        }
    }
}

extension TokenIssuer {
    fileprivate init(_ reader: EntryReader, _ name: String) throws(ConfigProblem) {
        let claim = reader.inner("claim")
        let names = ClaimNames()
        self.init(
            issuer: name,
            audiences: reader.values("audience") ?? [],
            keys: reader.values("key") ?? [],
            claims: ClaimNames(
                agentID: claim.optionalText("agent") ?? names.agentID,
                teamID: claim.optionalText("team") ?? names.teamID,
                projectID: claim.optionalText("project") ?? names.projectID,
                environment: claim.optionalText("environment") ?? names.environment
            )
        )
        if let life = reader.integer("life-seconds-max") { lifeSecondsMax = life }
    }
}

extension Quota {
    fileprivate init(_ reader: EntryReader, agentID: String?) throws(ConfigProblem) {
        self.init(
            agentID: agentID,
            rpsLimit: reader.count("rps-limit"),
            rpmLimit: reader.count("rpm-limit"),
            mode: try reader.choice("mode") ?? .hardStop
        )
    }
}
