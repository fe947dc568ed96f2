// The snapshot's agents, keys and issuers in the form in which requests ask for them. It is made
// once for each snapshot and never changes, so any number of workers read it without a lock.

public import ClawgressBytes
import ClawgressJWS
public import ClawgressModel

/// Why agents or issuers cannot be used; one line for the operator.
public struct IdentityCompileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, with the name of the object that has it.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Agents, digests of their keys, and issuers, compiled for lookup.
public struct IdentityIndex: Sendable {
    /// The most keys that an agent may have live at a time: the old and the new of a rotation.
    public static var liveKeysMax: Int { 2 }

    /// What is known of a key.
    struct Key: Sendable {
        let digest: SecretDigest
        let agentOrdinal: Int32
        let isRevoked: Bool
        /// Seconds since 1970; the greatest value for never.
        let expiresAt: Int64

        /// Stands for a key that does not exist, so that it costs the same time.
        static var absent: Key {
            Key(digest: .ofNoSecret, agentOrdinal: -1, isRevoked: true, expiresAt: 0)
        }
    }

    let agents: [Agent]
    let agentNames: NameTable
    private let activeAgents: [Bool]
    let keyNames: NameTable
    let keys: [Key]
    let issuers: [TrustedIssuer]

    /// Compiles agents and issuers.
    ///
    /// - Parameters:
    ///   - agents: the registry; an agent's place in it is its ordinal.
    ///   - issuers: whose tokens are believed.
    ///   - hash: keyed with random bits of this process.
    ///   - now: seconds since 1970 UTC; expired keys do not count as live.
    /// - Throws: `IdentityCompileError` for an invalid or repeated id, a malformed digest or key,
    ///   more than ``liveKeysMax`` live keys of one agent, or an issuer that could accept nothing.
    public init(
        agents: [Agent],
        issuers: [TokenIssuer],
        hash: KeyedHash,
        now: Int64
    ) throws(IdentityCompileError) {
        try Self.checkAgents(agents, now: now)
        var keyIDs: [String] = []
        var keys: [Key] = []
        for (place, agent) in agents.enumerated() {
            for record in agent.keys {
                keyIDs.append(record.keyID)
                keys.append(try Self.key(record, of: agent, at: Int32(place)))
            }
        }
        try Self.requireUnique(keyIDs, "key id")
        self.agents = agents
        agentNames = NameTable(agents.map(\.agentID), hash: hash)
        activeAgents = agents.map { $0.status == .active }
        keyNames = NameTable(keyIDs, hash: hash)
        self.keys = keys
        self.issuers = try TrustedIssuer.compile(issuers)
    }

    /// The number of agents; ordinals are less.
    public var agentCount: Int { activeAgents.count }

    /// The place of the agent with that id in the snapshot, or nil.
    public func ordinal(ofAgent name: Span<UInt8>) -> Int32? {
        agentNames.place(of: name)
    }

    /// Whether the agent may ask at all.
    ///
    /// - Precondition: `ordinal` is one of this index.
    public func isActive(_ ordinal: Int32) -> Bool {
        activeAgents[Int(ordinal)]
    }

    /// Refuses a token that was offered for another agent than it names.
    ///
    /// - Throws: `tokenClaimMismatch`.
    public func requireAgent(
        _ ordinal: Int32,
        named claimed: Span<UInt8>
    ) throws(IdentityRefusal) {
        guard agentNames.isName(claimed, at: ordinal) else {
            throw IdentityRefusal(.tokenClaimMismatch)
        }
    }
}
