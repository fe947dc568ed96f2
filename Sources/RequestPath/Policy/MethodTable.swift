// Methods as bits: whether a policy covers a method is then one AND per candidate, however
// long its list is.

import ClawgressBytes

/// The methods that a policy set names, each with a bit of its own.
///
/// Bit 0 is the tunnel: policies carry there what they do to a CONNECT, worked out when the
/// set was compiled. Bit 1 stands for every method that no policy names.
struct MethodTable: Sendable {
    private struct Entry: BitwiseCopyable {
        let hash: UInt64
        let name: FlatRange
    }

    /// How many methods a set may name beside CONNECT.
    static var countMax: Int { 62 }
    /// The greatest length of a method in bytes.
    static var lengthMax: Int { 32 }
    /// The bit of a CONNECT.
    static var tunnel: UInt64 { 1 }

    private var entries: [Entry] = []
    private let hash: KeyedHash

    init(hash: KeyedHash) {
        self.hash = hash
    }

    /// Gives `name` a bit, or returns the one it has; nil if there are too many methods.
    mutating func intern(_ name: String, into text: inout FlatText) -> UInt64? {
        if name == "CONNECT" { return Self.tunnel }
        let bytes = Array(name.utf8)
        let known = bit(of: bytes.span, text: text.bytes.span)
        if known != Self.unnamed { return known }
        guard entries.count < Self.countMax else { return nil }
        entries.append(Entry(hash: hash.hash(bytes.span), name: text.append(bytes)))
        return Self.tunnel << UInt64(entries.count + 1)
    }

    /// The bit of a plain request's method.
    func bit(of method: Span<UInt8>, text: Span<UInt8>) -> UInt64 {
        guard !entries.isEmpty else { return Self.unnamed }
        let wanted = hash.hash(method)
        let entries = self.entries.span
        for index in entries.indices where entries[index].hash == wanted {
            if text.extracting(entries[index].name.indices).equals(method) {
                return 4 &<< UInt64(index)
            }
        }
        return Self.unnamed
    }

    private static var unnamed: UInt64 { 2 }
}

/// Bytes of all names of an index, end to end.
struct FlatText: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Appends `piece` and says where it stands.
    mutating func append(_ piece: [UInt8]) -> FlatRange {
        bytes += piece
        return FlatRange(start: bytes.count - piece.count, count: piece.count)
    }
}
