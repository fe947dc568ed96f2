// A snapshot that was read has one canonical text, and compiles, or is refused with reasons.

import ClawgressBundle
import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import ClawgressPolicy
import ClawgressQuota
import FuzzShared

enum SnapshotCheck {
    private static let hash = KeyedHash(first: 1, second: 2)

    /// Reads a snapshot's JSON; nil if it is none.
    static func read(_ bytes: [UInt8]) -> Snapshot? {
        do throws(BundleRejection) {
            return try SnapshotReader.read(bytes)
        } catch {
            require(!error.description.isEmpty, "refused without a reason")
            return nil
        }
    }

    static func check(_ snapshot: Snapshot) {
        let text = snapshot.canonicalJSON()
        guard let again = read(text) else {
            return require(false, "a snapshot that cannot be read back")
        }
        require(again == snapshot, "another snapshot the second time")
        require(again.canonicalJSON() == text, "a second canonical form")
        compile(snapshot)
    }

    /// What a gateway does with a verified snapshot before it obeys it.
    private static func compile(_ snapshot: Snapshot) {
        do throws(IdentityCompileError) {
            let index = try IdentityIndex(
                agents: snapshot.agents,
                issuers: snapshot.issuers,
                hash: hash,
                now: 1_800_000_000
            )
            require(index.agentCount == snapshot.agents.count, "an agent is missing")
            compileQuotas(snapshot)
        } catch {
            require(!error.description.isEmpty, "refused without a reason")
        }
        do throws(PolicyCompileError) {
            let index = try PolicyIndex(
                policies: snapshot.policies,
                agents: snapshot.agents,
                destinationGroups: snapshot.destinationGroups,
                hash: hash
            )
            require(index.count == snapshot.policies.count, "a policy is missing")
        } catch {
            require(!"\(error)".isEmpty, "refused without a reason")
        }
    }

    private static func compileQuotas(_ snapshot: Snapshot) {
        let registry = QuotaRegistry()
        let index = QuotaIndex(
            snapshot.quotas,
            snapshot.defaultQuota,
            snapshot.agents,
            registry,
            now: 1
        )
        for agent in snapshot.agents.indices.prefix(2) {
            for now: UInt64 in [1, 2, 1 << 60] { _ = index.admit(agent: Int32(agent), now: now) }
        }
    }
}
