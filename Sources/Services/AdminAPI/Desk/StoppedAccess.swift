// What was stopped and must not start again unnoticed: revoked keys and disabled agents, which an older
// revision or a file has as they were before.

import ClawgressConfigTree
import ClawgressContract

/// Keys that cannot be used any more, and what would make them good again.
enum StoppedAccess {
    /// A key of an agent.
    struct Key: Sendable {
        let agent: String
        let keyID: String
    }

    /// How many warnings of one kind name their place; the rest are counted.
    private static var namedMax: Int { 100 }

    /// Warnings of what `tree` has in use and `active` has not.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970 UTC.
    ///   - hasEnded: whether a key that `active` does not have was in force before.
    static func warnings(
        on tree: ConfigTree,
        after active: ConfigTree,
        now: Int64,
        hasEnded: (Key) throws(Refusal) -> Bool
    ) throws(Refusal) -> [ProblemItem] {
        var keys: [ProblemItem] = []
        var enabled: [ProblemItem] = []
        for (name, agent) in agents(of: tree) {
            let old = active.node(at: ["agent", name])
            guard agent != old else { continue }
            if let old, isDisabled(old), !isDisabled(agent) {
                enabled.append(
                    ProblemItem(
                        path: ConfigPath(["agent", name, "status"]).text,
                        message:
                            "the agent is disabled in the active revision, and this enables it",
                        code: "agent_enabled"
                    )
                )
            }
            for (keyID, key) in members(of: agent) where isLive(key, at: now) {
                let isStopped =
                    if let known = old?["key"]?[keyID] {
                        isRevoked(known)
                    } else {
                        try hasEnded(Key(agent: name, keyID: keyID))
                    }
                guard isStopped else { continue }
                keys.append(
                    ProblemItem(
                        path: ConfigPath(["agent", name, "key", keyID]).text,
                        message:
                            "the key was revoked or taken out of force, and this makes it valid "
                            + "again",
                        code: "key_revived"
                    )
                )
            }
        }
        return bounded(keys, "key_revived") + bounded(enabled, "agent_enabled")
    }

    /// What puts keys that `active` has revoked into `tree`, for each agent that it has.
    static func revocations(of active: ConfigTree, missingIn tree: ConfigTree) -> [ConfigEdit] {
        var edits: [ConfigEdit] = []
        for (name, agent) in agents(of: active) where tree.node(at: ["agent", name]) != nil {
            for (keyID, key) in members(of: agent) where isRevoked(key) {
                let path = ConfigPath(["agent", name, "key", keyID])
                if let there = tree.node(at: path) {
                    guard !isRevoked(there) else { continue }
                    edits.append(.delete(path, nil))
                }
                edits += entering(key, path)
            }
        }
        return edits
    }

    /// The edits that make a key's entry.
    static func entering(_ key: ConfigNode, _ path: ConfigPath) -> [ConfigEdit] {
        key.children.sorted { $0.key < $1.key }.compactMap { name, member in
            member.value.map { .set(path.appending(name), $0) }
        }
    }

    /// The keys that were good in `old` and are not in `new`: revoked there, or gone.
    static func ended(from old: ConfigTree, to new: ConfigTree) -> [Key] {
        var ended: [Key] = []
        for (name, agent) in agents(of: old) {
            let next = new.node(at: ["agent", name])
            guard agent != next else { continue }
            for (keyID, key) in members(of: agent) where !isRevoked(key) {
                if let key = next?["key"]?[keyID], !isRevoked(key) { continue }
                ended.append(Key(agent: name, keyID: keyID))
            }
        }
        return ended
    }

    private static func agents(of tree: ConfigTree) -> [(key: String, value: ConfigNode)] {
        (tree.node(at: ["agent"])?.children ?? [:]).sorted { $0.key < $1.key }
    }

    private static func members(of agent: ConfigNode) -> [(key: String, value: ConfigNode)] {
        (agent["key"]?.children ?? [:]).sorted { $0.key < $1.key }
    }

    private static func isDisabled(_ agent: ConfigNode) -> Bool {
        agent["status"]?.value?.word == "disabled"
    }

    private static func isRevoked(_ key: ConfigNode) -> Bool { key["revoked"] != nil }

    private static func isLive(_ key: ConfigNode, at now: Int64) -> Bool {
        let end = key["expires"]?.value.flatMap { Moment.seconds($0.word) }
        return !isRevoked(key) && (end ?? .max) > now
    }

    private static func bounded(_ items: [ProblemItem], _ code: String) -> [ProblemItem] {
        guard items.count > namedMax else { return items }
        let more = ProblemItem(message: "and \(items.count - namedMax) more of these", code: code)
        return items.prefix(namedMax) + [more]
    }
}
