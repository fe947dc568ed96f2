// The hashes of the log's tree, exactly as RFC 6962 has them, so that verifiers that others wrote
// come to the same roots.

import ClawgressBytes
import Crypto

/// A SHA-256 of a leaf or of an inner node.
public struct TreeHash: Sendable, Hashable, BitwiseCopyable {
    /// How many bytes a hash has.
    public static var length: Int { 32 }

    /// The bytes as four big-endian words: small enough to be copied, unlike an array.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// A hash from its bytes; nil if there are not 32.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.init(unchecked: bytes)
    }

    /// A hash from its strict base64, the form in checkpoints and proof files.
    public init?(base64 text: some StringProtocol) {
        guard let bytes = Base64.decode(text, .standard) else { return nil }
        self.init(bytes)
    }

    private init(unchecked bytes: some Sequence<UInt8>) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            switch index / 8 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
        }
        self.words = words
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.length)
        append(to: &bytes)
        return bytes
    }

    /// The bytes in standard base64.
    public var base64: String { Base64.encode(bytes, .standard) }

    /// Appends the 32 bytes.
    public func append(to out: inout [UInt8]) {
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
    }

    /// The root of a tree without leaves (RFC 6962 section 2.1).
    public static var emptyTree: TreeHash { TreeHash(unchecked: SHA256.hash(data: [UInt8]())) }

    /// The hash of an entry (RFC 6962 section 2.1).
    public static func leaf(_ entry: [UInt8]) -> TreeHash { leaf(entry[...]) }

    /// The hash of an entry that lies in a file among others.
    public static func leaf(_ entry: ArraySlice<UInt8>) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: [UInt8(0)])
        hasher.update(data: entry)
        return TreeHash(unchecked: hasher.finalize())
    }

    /// The hash of an inner node (RFC 6962 section 2.1).
    public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var content: [UInt8] = []
        content.reserveCapacity(1 + 2 * length)
        content.append(1)
        left.append(to: &content)
        right.append(to: &content)
        return TreeHash(unchecked: SHA256.hash(data: content))
    }

    /// Whether both are the same.
    public static func == (left: TreeHash, right: TreeHash) -> Bool { left.words == right.words }

    /// Feeds the words to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

/// What a tree is known by: how many leaves it has, and its root.
public struct TreeHead: Sendable, Hashable {
    /// The number of leaves.
    public let size: Int
    /// The root over them.
    public let root: TreeHash

    /// Describes a tree.
    public init(size: Int, root: TreeHash) {
        self.size = size
        self.root = root
    }
}
