// Path prefixes in policies are kept in the form in which request paths are judged, so that
// `/a/./b` in a rule means what its author meant.

import ClawgressBytes
import ClawgressModel

/// The rules of `match.path_prefix` beyond those of `CanonicalPath`.
enum PathPrefix {
    /// The greatest length of a prefix in bytes.
    static var lengthMax: Int { 1_024 }

    /// The canonical form of `prefix`; nil if it is no absolute path, or no path at all.
    static func canonical(_ prefix: String) -> [UInt8]? {
        let bytes = Array(prefix.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= lengthMax,
            !bytes.contains(UInt8(ascii: "?")), !bytes.contains(UInt8(ascii: "#"))
        else { return nil }
        var out = ByteBuffer(capacity: 4 * lengthMax)
        do throws(Reason) {
            try CanonicalPath.append(bytes.span, into: &out)
        } catch {
            return nil
        }
        guard !out.overflowed, out.count <= lengthMax else { return nil }
        return out.bytes.array()
    }

    /// Whether nodes may be parted by `prefix`: not if it spells out parameters, because then
    /// what it covers depends on more than the path's segments.
    static func isSplittable(_ prefix: [UInt8]) -> Bool {
        !prefix.contains(UInt8(ascii: ";"))
    }
}

/// The front of a path without the parameters of its segments, for probing parts by prefix.
struct BarePath {
    /// The bytes; only the first ``count`` mean something.
    private(set) var bytes = InlineArray<1_024, UInt8>(repeating: 0)
    private(set) var count = 0

    init(_ path: Span<UInt8>) {
        var isParameter = false
        for index in path.indices {
            guard count < PathPrefix.lengthMax else { return }
            let byte = path[index]
            if byte == UInt8(ascii: "/") { isParameter = false }
            if byte == UInt8(ascii: ";") { isParameter = true }
            guard !isParameter else { continue }
            bytes[count] = byte
            count += 1
        }
    }
}
