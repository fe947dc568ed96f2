// A bundle's content, compiled: everything that a request asks, in memory, immutable. Workers
// swap a reference to one of these and nothing else when the configuration changes.

import ClawgressAudit
import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import ClawgressPolicy
import ClawgressQuota

/// What of the process goes into every snapshot and outlives it.
struct SnapshotContext: Sendable {
    let hash: KeyedHash
    let quotas: QuotaRegistry
    let numbers: AgentNumbers
}

/// An active configuration in the form in which requests ask for it.
final class GatewaySnapshot: Sendable {
    /// The number of this snapshot in this process; caches forget across it.
    let generation: UInt64
    /// The bundle's place in the sequence of publications.
    let serial: Int64
    /// The bundle's content hash, as text.
    let revision: [UInt8]
    let identity: IdentityIndex
    let policy: PolicyIndex
    let quota: QuotaIndex
    /// For each agent ordinal, what records and pools need.
    let agents: [AgentFacts]
    let staticHosts: StaticHosts
    let protected: [AddressBlock]
    let limits: Limits
    let resolver: ResolverSettings
    let recording: Recording
    let alert: AlertSettings
    private let tunnelPorts: [PortRange]
    let refusesUnrecorded: Bool

    /// Compiles a verified snapshot.
    ///
    /// - Throws: a sentence for the operator; nothing is active then.
    init(
        _ source: Snapshot,
        generation: UInt64,
        context: SnapshotContext,
        wallSeconds: Int64,
        monotonic: UInt64
    ) throws(SnapshotProblem) {
        self.generation = generation
        serial = source.serial
        revision = Array(source.revision.utf8)
        do {
            identity = try IdentityIndex(
                agents: source.agents,
                issuers: source.issuers,
                hash: context.hash,
                now: wallSeconds
            )
        } catch {
            throw SnapshotProblem("\(error)")
        }
        do {
            policy = try PolicyIndex(
                policies: source.policies,
                agents: source.agents,
                destinationGroups: source.destinationGroups,
                hash: context.hash
            )
        } catch {
            throw SnapshotProblem("\(error)")
        }
        quota = QuotaIndex(
            source.quotas,
            source.defaultQuota,
            source.agents,
            context.quotas,
            now: monotonic
        )
        agents = source.agents.map {
            AgentFacts($0, number: context.numbers.number(of: $0.agentID))
        }
        staticHosts = try StaticHosts(source.settings.staticHosts, hash: context.hash)
        protected = try Self.blocks(source.settings.protectedAddresses)
        limits = source.settings.limits
        if let problem = limits.problems().first {
            throw SnapshotProblem("the limit \(problem)")
        }
        if let problem = source.settings.problems().first {
            throw SnapshotProblem("the setting \(problem)")
        }
        resolver = source.settings.resolver
        recording = Recording(source.settings.record)
        alert = source.settings.alert
        tunnelPorts = source.settings.tunnel.allowedPorts.compactMap(PortRange.init)
        refusesUnrecorded = source.settings.auditOnFailure == .refuse
    }

    /// Why a tunnel is not opened whatever policies say: its port is none of those that tunnels
    /// may lead to; nil for every other question.
    func refusal(ofTunnel question: Question) -> Reason? {
        if tunnelPorts.isEmpty || !question.isTunnel { return nil }
        return tunnelPorts.contains { $0.contains(question.port) } ? nil : .tunnelPortRefused
    }

    private static func blocks(_ texts: [String]) throws(SnapshotProblem) -> [AddressBlock] {
        var blocks: [AddressBlock] = []
        for text in texts {
            guard let block = AddressBlock(text) else {
                throw SnapshotProblem("protected address `\(text)` is no address block")
            }
            blocks.append(block)
        }
        return blocks
    }
}

/// Why a verified bundle cannot be compiled.
public struct SnapshotProblem: Error, CustomStringConvertible {
    /// One sentence for the operator.
    public let description: String

    /// Makes a problem from its sentence.
    public init(_ description: String) {
        self.description = description
    }
}

/// What records and pools need of an agent.
struct AgentFacts: Sendable {
    /// The agent's number in this process.
    let number: UInt32
    /// The four identity fields as the spool stores them.
    let record: [UInt8]

    init(_ agent: Agent, number: UInt32) {
        self.number = number
        record = SpoolIdentity.prepare(agent)
    }
}
