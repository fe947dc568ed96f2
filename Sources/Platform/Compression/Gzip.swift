// The one place where packed bytes are unpacked. A few of them can stand for gigabytes, so the bound is
// given before, and what goes beyond it is never made.

import CZlib

/// Why packed bytes are refused.
public enum GzipRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// They are no gzip, or were changed: a header, a code or a sum is wrong.
    case damaged
    /// They end before their end.
    case truncated
    /// Something follows the end: a further member, or anything else.
    case trailing(bytes: Int)
    /// Unpacked they are longer than the bound.
    case tooLong(bytesMax: Int)
    /// There is no memory for the work.
    case noMemory

    /// One line.
    public var description: String {
        switch self {
        case .damaged: "the bytes are no gzip, or damaged"
        case .truncated: "the gzip ends before its end"
        case .trailing(let bytes): "\(bytes) bytes follow the end of the gzip"
        case .tooLong(let bytesMax): "unpacked it has more than \(bytesMax) bytes"
        case .noMemory: "there is no memory to unpack it"
        }
    }
}

/// Packs and unpacks whole buffers as one gzip member (RFC 1952).
public enum Gzip {
    /// How much work packing is.
    public enum Level: Int32, Sendable {
        /// The least.
        case fast = 1
        /// What zlib takes by itself.
        case usual = 6
    }

    /// More than a member has beside its content, whatever the content: header, trailer, and five
    /// bytes for each stored block of at least 16 KiB.
    private static func room(for count: Int) -> Int { count + count / 1_024 + 64 }

    /// `bytes` as one member without name and time, so that equal bytes give equal members.
    ///
    /// - Returns: nil if there is no memory for it, or `bytes` has 4 GiB.
    public static func pack(_ bytes: [UInt8], _ level: Level = .fast) -> [UInt8]? {
        let room = room(for: bytes.count)
        var length = -1
        // unsafe: both buffers are as long as is said, nothing keeps them, and as many bytes are
        // filled as zlib says that it wrote.
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { out, filled in
            // unsafe: as above.
            length = unsafe bytes.withUnsafeBufferPointer { source in
                unsafe cz_gzip(
                    source.baseAddress,
                    source.count,
                    out.baseAddress,
                    room,
                    level.rawValue
                )
            }
            filled = max(length, 0)
        }
        return length < 0 ? nil : packed
    }

    /// The content of `packed`, which is one whole member and nothing else.
    ///
    /// - Parameter bytesMax: how long the content may be; one byte more is made at most.
    /// - Throws: `GzipRefusal`.
    public static func unpack(
        _ packed: [UInt8],
        bytesMax: Int
    ) throws(GzipRefusal) -> [UInt8] {
        // Deflate makes at most 1,032 bytes of one (zlib.net, "Technical Details").
        let (most, isHuge) = packed.count.multipliedReportingOverflow(by: 1_032)
        let room = min(bytesMax, isHuge ? .max : most) + 1
        var (outcome, read, written) = (Z_MEM_ERROR, 0, 0)
        // unsafe: both buffers are as long as is said, nothing keeps them, and as many bytes are
        // filled as zlib says that it wrote.
        let content = unsafe [UInt8](unsafeUninitializedCapacity: room) { out, filled in
            // unsafe: as above; the counts are ours.
            outcome = unsafe packed.withUnsafeBufferPointer { source in
                unsafe cz_gunzip(
                    source.baseAddress,
                    source.count,
                    out.baseAddress,
                    room,
                    &read,
                    &written
                )
            }
            filled = written
        }
        guard written <= bytesMax else { throw .tooLong(bytesMax: bytesMax) }
        switch outcome {
        case Z_STREAM_END:
            guard read == packed.count else { throw .trailing(bytes: packed.count - read) }
            return content
        // Everything was read, and there was room for more.
        case Z_OK, Z_BUF_ERROR: throw .truncated
        case Z_MEM_ERROR: throw .noMemory
        default: throw .damaged
        }
    }
}
