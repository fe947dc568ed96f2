// What is taken of a stranger's gzip is one whole member, and never more than was allowed.

import ClawgressCompression
import FuzzShared

enum MemberCheck {
    /// As in the audit service: more than an input of the fuzzer can stand for, so that both a member
    /// that is too long and one that is not are tried by smaller bounds.
    private static let bytesMax = 4 << 20

    static func check(_ bytes: [UInt8]) {
        let content: [UInt8]
        do throws(GzipRefusal) {
            content = try Gzip.unpack(bytes, bytesMax: bytesMax)
        } catch {
            return checkRefused(bytes, error)
        }
        require(content.count <= bytesMax, "more than the bound")
        // RFC 1952 section 2.3.1: the sum and the length of the content end the member.
        let end = bytes.suffix(8)
        require(little(end.prefix(4)) == checksum(content), "another sum: \(quoted(bytes))")
        require(little(end.suffix(4)) == UInt32(content.count), "another length: \(quoted(bytes))")
        require(unpacked(bytes, content.count) == .success(content), "the exact bound is refused")
        for bound in Set([0, content.count / 2, content.count - 1]) where bound >= 0 {
            guard bound < content.count else { continue }
            require(
                unpacked(bytes, bound) == .failure(.tooLong(bytesMax: bound)),
                "\(content.count) bytes pass a bound of \(bound): \(quoted(bytes))"
            )
        }
        for count in Set([0, 1, bytes.count / 2, bytes.count - 1]) {
            require(
                unpacked(Array(bytes.prefix(count)), bytesMax) == .failure(.truncated),
                "the first \(count) bytes are taken for a whole: \(quoted(bytes))"
            )
        }
        for more in [[0], bytes] {
            require(
                unpacked(bytes + more, bytesMax) == .failure(.trailing(bytes: more.count)),
                "what follows the end is passed over: \(quoted(bytes))"
            )
        }
        // A bomb's content takes a thousand times as long as what stands for it.
        if content.count <= 1 << 16 { ContentCheck.check(content) }
    }

    /// A refusal does not depend on the bound, unless the bound is why.
    private static func checkRefused(_ bytes: [UInt8], _ refusal: GzipRefusal) {
        require(refusal != .noMemory, "memory for \(bytes.count) bytes")
        for bound in [0, 100] {
            let again = unpacked(bytes, bound)
            require(
                again == .failure(refusal) || again == .failure(.tooLong(bytesMax: bound)),
                "\(refusal), and with a bound of \(bound): \(again)"
            )
        }
    }

    private static func unpacked(
        _ bytes: [UInt8],
        _ bytesMax: Int
    ) -> Result<[UInt8], GzipRefusal> {
        do throws(GzipRefusal) {
            return .success(try Gzip.unpack(bytes, bytesMax: bytesMax))
        } catch {
            return .failure(error)
        }
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// CRC-32 as RFC 1952 section 8 has it, without a table of whoever packed.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)]
        }
    }

    private static let table = (0..<256 as Range<UInt32>).map { byte in
        (0..<8).reduce(byte) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
    }
}
