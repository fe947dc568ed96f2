// The last check before a signature: the gateway's own indexes take the snapshot as a whole.

import ClawgressBytes
import ClawgressIdentity
public import ClawgressModel
import ClawgressPolicy

/// Checks that gateways will take a snapshot.
public enum SnapshotCheck {
    /// Compiles the snapshot with the code that gateways compile it with.
    ///
    /// - Parameter now: seconds since 1970 UTC; expired keys do not count as live.
    /// - Returns: what the author should look at; none of it stops a gateway.
    /// - Throws: `SourceError.rules`.
    public static func warnings(
        of snapshot: Snapshot,
        now: Int64
    ) throws(SourceError) -> [String] {
        var generator = SystemRandomNumberGenerator()
        let hash = KeyedHash(using: &generator)
        do throws(IdentityCompileError) {
            _ = try IdentityIndex(
                agents: snapshot.agents,
                issuers: snapshot.issuers,
                hash: hash,
                now: now
            )
        } catch {
            throw .rules([error.description])
        }
        let limits = snapshot.settings.limits.problems()
        guard limits.isEmpty else { throw .rules(limits.map { "the limit \($0)" }) }
        do throws(PolicyCompileError) {
            let index = try PolicyIndex(
                policies: snapshot.policies,
                agents: snapshot.agents,
                destinationGroups: snapshot.destinationGroups,
                hash: hash
            )
            return index.warnings.map(\.description)
        } catch {
            throw .rules(error.problems.map(\.description))
        }
    }
}
