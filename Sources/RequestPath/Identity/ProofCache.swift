// A worker's memory of API keys that were right: decoding a field and hashing its secret costs
// more than all the rest of a warm request's identity, and most requests carry what the last
// one did. It never outlives what it rests on: the key's end and the snapshot.

public import ClawgressBytes
import ClawgressModel

/// What the cache knows of a field value.
public enum CachedProof: Equatable, Sendable {
    /// It proves this identity.
    case known(VerifiedIdentity)
    /// Nothing; a proof may be remembered under that digest, if there is one.
    case unknown(KeyedDigest.Value?)
}

/// A bounded cache of proofs by API key; one for each worker, so that it needs no lock.
///
/// It holds no secret: only keyed digests of whole values of `Proxy-Authorization`, whose key is
/// drawn at the start of the process. To be taken for a value that was proved, another one
/// would have to have the same 128-bit digest under a key that nobody knows. Only right keys are
/// remembered, so guessing costs as much as ever and cannot push anything out.
public struct ProofCache: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var digest = KeyedDigest.Value(first: 0, second: 0)
        var generation: UInt64 = 0
        /// Seconds since 1970 UTC; the smallest value for an empty place.
        var expiresAt = Int64.min
        var key: Int32 = 0
    }

    /// The longest value that is remembered: `Basic` with the longest agent id and a key.
    ///
    /// Tokens are longer, and have a cache of their own.
    static var valueBytesMax: Int { 160 }

    private let digest: KeyedDigest
    private var entries: [Entry]
    private let mask: Int

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - capacity: how many proofs are kept at most; rounded up to a power of two. A new one
    ///     takes the place of the one that was there.
    ///   - generator: must be cryptographically secure, such as the system's.
    public init(capacity: Int = 4_096, using generator: inout some RandomNumberGenerator) {
        var size = 1
        while size < capacity { size *= 2 }
        digest = KeyedDigest(using: &generator)
        entries = Array(repeating: Entry(), count: size)
        mask = size - 1
    }

    /// Looks a field value up; allocates nothing.
    ///
    /// - Parameters:
    ///   - value: the value of `Proxy-Authorization`.
    ///   - index: the identities of the request's snapshot.
    ///   - generation: the number of that snapshot.
    ///   - now: seconds since 1970 UTC.
    ///   - scratch: gets the key id of a known proof appended.
    public func proof(
        of value: Span<UInt8>,
        _ index: borrowing IdentityIndex,
        generation: UInt64,
        now: Int64,
        into scratch: inout ByteBuffer
    ) -> CachedProof {
        guard value.count <= Self.valueBytesMax else { return .unknown(nil) }
        let digest = self.digest.digest(of: value)
        let entry = entries[place(of: digest)]
        guard entry.digest == digest, entry.generation == generation, now < entry.expiresAt else {
            return .unknown(digest)
        }
        return .known(index.identity(ofKey: entry.key, into: &scratch))
    }

    /// Remembers that the value with that digest proved an identity under `generation`.
    ///
    /// - Parameter keyID: the id of the key that proved it, which is one of `index`.
    public mutating func remember(
        _ digest: KeyedDigest.Value,
        keyID: Span<UInt8>,
        _ index: borrowing IdentityIndex,
        generation: UInt64
    ) {
        guard let key = index.keyNames.place(of: keyID) else { return }
        entries[place(of: digest)] = Entry(
            digest: digest,
            generation: generation,
            expiresAt: index.keys[Int(key)].expiresAt,
            key: key
        )
    }

    private func place(of digest: KeyedDigest.Value) -> Int {
        Int(truncatingIfNeeded: digest.first) & mask
    }
}

extension IdentityIndex {
    /// The identity that a key which was right before proves again.
    func identity(ofKey key: Int32, into scratch: inout ByteBuffer) -> VerifiedIdentity {
        let start = scratch.count
        keyNames.appendName(at: key, to: &scratch)
        return VerifiedIdentity(
            agentOrdinal: keys[Int(key)].agentOrdinal,
            authenticationType: .apiKey,
            credentialID: start..<scratch.count
        )
    }
}
