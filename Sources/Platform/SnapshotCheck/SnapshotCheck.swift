// The last check before a snapshot is published: the gateway's own indexes take it as a whole.
// Apart from the signer, so that who only asks links nothing that signs.

import ClawgressBytes
import ClawgressIdentity
public import ClawgressModel
import ClawgressPolicy

/// Why gateways would refuse a snapshot.
public struct SnapshotRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for each problem.
    public let problems: [String]

    /// One line for each problem.
    public var description: String { problems.joined(separator: "\n") }
}

/// Checks that gateways will take a snapshot.
public enum SnapshotCheck {
    /// Compiles the snapshot with the code that gateways compile it with.
    ///
    /// - Parameter now: seconds since 1970 UTC; expired keys do not count as live.
    /// - Returns: what the author should look at; none of it stops a gateway.
    /// - Throws: `SnapshotRefusal`.
    public static func warnings(
        of snapshot: Snapshot,
        now: Int64
    ) throws(SnapshotRefusal) -> [String] {
        do throws(IdentityCompileError) {
            try compileIdentities(snapshot.agents, snapshot.issuers, now: now)
        } catch {
            throw SnapshotRefusal(problems: [error.description])
        }
        let limits = snapshot.settings.limits.problems()
        guard limits.isEmpty else {
            throw SnapshotRefusal(problems: limits.map { "the limit \($0)" })
        }
        let settings = snapshot.settings.problems()
        guard settings.isEmpty else {
            throw SnapshotRefusal(problems: settings.map { "the setting \($0)" })
        }
        do throws(PolicyCompileError) {
            return try compilePolicies(snapshot).map(\.description)
        } catch {
            throw SnapshotRefusal(problems: error.problems.map(\.description))
        }
    }

    static func compileIdentities(
        _ agents: [Agent],
        _ issuers: [TokenIssuer],
        now: Int64
    ) throws(IdentityCompileError) {
        var generator = SystemRandomNumberGenerator()
        _ = try IdentityIndex(
            agents: agents,
            issuers: issuers,
            hash: KeyedHash(using: &generator),
            now: now
        )
    }

    static func compilePolicies(
        _ snapshot: Snapshot
    ) throws(PolicyCompileError) -> [PolicyWarning] {
        var generator = SystemRandomNumberGenerator()
        let index = try PolicyIndex(
            policies: snapshot.policies,
            agents: snapshot.agents,
            destinationGroups: snapshot.destinationGroups,
            hash: KeyedHash(using: &generator)
        )
        return index.warnings
    }
}
