// Strict base64 in the two alphabets of RFC 4648, because lenient decoders accept several
// spellings of one secret or token, and what has two spellings can be smuggled or replayed.

/// Strict base64 coding (RFC 4648 sections 4 and 5).
public enum Base64 {
    /// Which two characters stand for 62 and 63, and whether padding is demanded or refused.
    public enum Alphabet: Sendable {
        /// Section 4, with padding: HTTP Basic credentials.
        case standard
        /// Section 5, without padding: JOSE.
        case urlSafe
    }

    @inlinable
    static func value(_ byte: UInt8, _ alphabet: Alphabet) -> UInt8? {
        switch byte {
        case 65...90: return byte &- 65
        case 97...122: return byte &- 71
        case 48...57: return byte &+ 4
        case UInt8(ascii: "+") where alphabet == .standard: return 62
        case UInt8(ascii: "/") where alphabet == .standard: return 63
        case UInt8(ascii: "-") where alphabet == .urlSafe: return 62
        case UInt8(ascii: "_") where alphabet == .urlSafe: return 63
        default: return nil
        }
    }

    /// Appends the decoded bytes of `text` to `out`.
    ///
    /// - Returns: whether `text` was the one valid encoding: right characters, right padding,
    ///   unused bits zero, and room in `out`. On false, `out` is as it was.
    @inlinable
    public static func decode(
        _ text: Span<UInt8>,
        _ alphabet: Alphabet,
        into out: inout ByteBuffer
    ) -> Bool {
        let mark = out.count
        guard let length = significantLength(text, alphabet) else { return false }
        var bits: UInt32 = 0
        var held = 0
        for index in 0..<length {
            guard let sextet = value(text[index], alphabet) else {
                out.truncate(to: mark)
                return false
            }
            bits = bits &<< 6 | UInt32(sextet)
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits &>> UInt32(held)))
            }
        }
        guard bits & ((1 &<< UInt32(held)) &- 1) == 0, !out.overflowed else {
            out.truncate(to: mark)
            return false
        }
        return true
    }

    /// How many characters carry data, or nil if length or padding is wrong.
    @inlinable
    static func significantLength(_ text: Span<UInt8>, _ alphabet: Alphabet) -> Int? {
        var length = text.count
        switch alphabet {
        case .standard:
            guard length % 4 == 0 else { return nil }
            if length > 0, text[length - 1] == UInt8(ascii: "=") { length -= 1 }
            if length > 0, length < text.count, text[length - 1] == UInt8(ascii: "=") {
                length -= 1
            }
        case .urlSafe:
            break
        }
        return length % 4 == 1 ? nil : length
    }

    /// The decoded bytes of `text`, or nil; for places off the hot path.
    public static func decode(_ text: some StringProtocol, _ alphabet: Alphabet) -> [UInt8]? {
        let source = Array(text.utf8)
        var out = ByteBuffer(capacity: max(source.count, 1))
        return decode(source.span, alphabet, into: &out) ? out.bytes.array() : nil
    }

    /// The encoding of `bytes`; for places off the hot path.
    public static func encode(_ bytes: some Sequence<UInt8>, _ alphabet: Alphabet) -> String {
        let letters =
            Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            + Array((alphabet == .standard ? "+/" : "-_").utf8)
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(letters[Int(bits >> UInt32(held)) & 63])
            }
        }
        if held > 0 { text.append(letters[Int(bits << UInt32(6 - held)) & 63]) }
        while alphabet == .standard, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}
