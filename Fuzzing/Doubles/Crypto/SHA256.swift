// Thirty-two bytes that depend on every byte of the text. Nothing in a fuzz target rests on them
// being hard to forge, only on equal texts having equal digests.

/// Stands in for SHA-256.
public struct SHA256 {
    private var content: [UInt8] = []

    /// Begins a digest.
    public init() {}

    /// Takes more of the text.
    public mutating func update(data: some Sequence<UInt8>) {
        content += data
    }

    /// The digest of the text.
    public func finalize() -> [UInt8] { Self.hash(data: content) }

    /// The digest of `data`.
    public static func hash(data: some Sequence<UInt8>) -> [UInt8] {
        let data = Array(data)
        // FNV-1a with 64 bits, four times from different beginnings.
        return (0..<4 as Range<UInt64>).flatMap { lane -> [UInt8] in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ lane
            for byte in data { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            return (0..<8 as Range<UInt64>).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        }
    }
}
