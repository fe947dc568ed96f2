// From a snapshot to the tree that says the same: how an installation that began with a bundle
// source comes under the control plane. What is the default is not written down.

public import ClawgressModel

extension ConfigTree {
    /// The configuration that a snapshot says, without users, whom snapshots do not know.
    ///
    /// Lists become sets: their order and repetitions mean nothing to a gateway.
    ///
    /// - Throws: `ConfigProblems` with everything that the grammar has no form for, such as an
    ///   empty list or a name outside of ASCII; all of it is refused by gateways too, or means
    ///   something to no one.
    public init(_ snapshot: Snapshot) throws(ConfigProblems) {
        var builder = TreeBuilder()
        for agent in snapshot.agents { builder.add(agent) }
        for issuer in snapshot.issuers { builder.add(issuer) }
        for (name, patterns) in snapshot.destinationGroups.sorted(by: { $0.key < $1.key }) {
            builder.addAll(patterns, at: ["destination-group", name, "destination"])
        }
        for policy in snapshot.policies { builder.add(policy) }
        for quota in snapshot.quotas {
            guard let agentID = quota.agentID else { continue }
            builder.add(quota, at: ["quota", agentID])
        }
        if let quota = snapshot.defaultQuota { builder.add(quota, at: ["default-quota"]) }
        builder.add(snapshot.settings)
        guard builder.problems.isEmpty else { throw ConfigProblems(builder.problems) }
        self = builder.tree
    }
}

/// Sets one value after the other and collects what cannot be set.
struct TreeBuilder {
    private(set) var tree = ConfigTree()
    private(set) var problems: [ConfigProblem] = []

    mutating func report(_ problem: ConfigProblem) {
        if problems.count < ConfigTree.problemsMax { problems.append(problem) }
    }

    /// Refuses an entry that is there already.
    mutating func begin(_ path: ConfigPath) {
        guard tree.node(at: path) != nil else { return }
        let list = ConfigPath(path.words.dropLast())
        report(ConfigProblem(.alreadyThere, at: list, found: path.words.last))
    }

    /// Sets a value unless it is what holds anyway.
    mutating func add(_ word: String, at path: ConfigPath) {
        do throws(ConfigProblem) {
            let walk = try GrammarWalk.along(path)
            guard let leaf = walk.leaf else { throw ConfigProblem(.valueMissing, at: path) }
            let value = try leaf.type.read(word, at: walk.path)
            if value != leaf.fallback { try tree.apply(.set(walk.path, value)) }
        } catch {
            report(error)
        }
    }

    /// Sets the values of a set, of which there must be one.
    mutating func addAll(_ words: [String]?, at path: ConfigPath) {
        guard let words else { return }
        if words.isEmpty {
            report(
                ConfigProblem(.formWrong, at: path, found: "[]", allowed: ["at least one value"])
            )
        }
        for word in words { add(word, at: path) }
    }

    mutating func add(_ number: some BinaryInteger, at path: ConfigPath) {
        add(String(number), at: path)
    }

    mutating func add(_ flag: Bool, at path: ConfigPath) { add(flag ? "true" : "false", at: path) }

    mutating func add(choice: some RawRepresentable<String>, at path: ConfigPath) {
        add(choice.rawValue.replacing("_", with: "-"), at: path)
    }

    mutating func add(moment: Int64?, at path: ConfigPath) {
        guard let moment else { return }
        guard let text = Moment.text(moment) else {
            report(
                ConfigProblem(
                    .valueRefused,
                    at: path,
                    found: String(moment),
                    allowed: ["seconds of the years 1970 to 9999"]
                )
            )
            return
        }
        add(text, at: path)
    }
}
