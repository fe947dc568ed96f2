// A worker's memory of verdicts on tokens: what makes the warm path of a token as cheap as that
// of a key. It never outlives what it rests on: the token's `exp` and the snapshot.

public import ClawgressBytes
public import ClawgressModel

/// What the cache knows of a token.
public enum CachedVerdict: Equatable, Sendable {
    /// It proves this identity.
    case accepted(VerifiedIdentity)
    /// It was refused a moment ago, for that reason.
    case refused(Reason)
    /// Nothing: it must be verified.
    case unknown
}

/// A bounded cache of verdicts; one for each worker, so that it needs no lock.
///
/// Accepted tokens are kept until `exp`, refused ones for ten seconds, both only within one
/// generation, which is the number of the snapshot. They lie in separate tables, so a flood of
/// bad tokens pushes out bad tokens only.
public struct TokenCache: ~Copyable {
    /// How long a refusal is remembered, in seconds: a repeated bad token costs nothing, and a
    /// new key or agent works at once anyway, because its snapshot is a new generation.
    public static var refusedSecondsMax: Int64 { 10 }

    private let hash: KeyedHash
    private var accepted: TokenTable
    private var refused: TokenTable

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - capacity: how many accepted tokens are kept at most; rounded up to a power of two.
    ///   - refusedCapacity: the same for refused tokens, of which each takes up to 8 KiB.
    ///   - hash: keyed with random bits of this process.
    public init(capacity: Int = 4_096, refusedCapacity: Int = 512, hash: KeyedHash) {
        self.hash = hash
        accepted = TokenTable(capacity: capacity)
        refused = TokenTable(capacity: refusedCapacity)
    }

    /// Looks a token up; allocates nothing.
    ///
    /// - Parameters:
    ///   - token: where the token stands in `scratch`.
    ///   - scratch: gets the credential id of an accepted token appended; it must have room for
    ///     ``TokenVerifier/credentialIDBytesMax`` bytes, or the id is left empty.
    ///   - generation: the number of the request's snapshot.
    ///   - now: seconds since 1970 UTC.
    public mutating func verdict(
        on token: Range<Int>,
        in scratch: inout ByteBuffer,
        generation: UInt64,
        now: Int64
    ) -> CachedVerdict {
        let key = hash.hash(scratch.bytes.extracting(token))
        let moment = TokenTable.Moment(generation: generation, now: now)
        if let slot = accepted.find(scratch.bytes.extracting(token), key, moment) {
            let start = scratch.count
            accepted.appendNote(of: slot, to: &scratch)
            return .accepted(
                VerifiedIdentity(
                    agentOrdinal: accepted.value(of: slot),
                    authenticationType: .jwt,
                    credentialID: start..<scratch.count
                )
            )
        }
        if let slot = refused.find(scratch.bytes.extracting(token), key, moment),
            let reason = Reason(rawValue: UInt8(truncatingIfNeeded: refused.value(of: slot)))
        {
            return .refused(reason)
        }
        return .unknown
    }

    /// Remembers a verdict of ``TokenVerifier`` that was given under `generation`.
    public mutating func remember(
        _ verdict: TokenVerdict,
        on token: Span<UInt8>,
        generation: UInt64,
        now: Int64
    ) {
        let key = hash.hash(token)
        let moment = TokenTable.Moment(generation: generation, now: now)
        switch verdict {
        case .accepted(let proof):
            accepted.insert(
                token,
                key,
                moment,
                until: proof.notAfter,
                value: proof.agentOrdinal,
                note: Array(proof.credentialID.utf8)
            )
        case .refused(let reason):
            refused.insert(
                token,
                key,
                moment,
                until: now + Self.refusedSecondsMax,
                value: Int32(reason.rawValue),
                note: []
            )
        }
    }
}
