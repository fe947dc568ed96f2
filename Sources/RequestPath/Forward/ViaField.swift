// Whether a request has been here before. A loop of proxies multiplies one request without end,
// and every proxy writes its name into Via so that the second visit can be seen.

import ClawgressBytes
import ClawgressModel

/// Reads Via fields (RFC 9110 section 7.6.3): a list of protocol, recipient and comment.
enum ViaField {
    /// Whether a Via line in the stretch `lines` of `head` has `pseudonym` for a recipient.
    static func names(
        _ pseudonym: Span<UInt8>,
        in lines: Range<Int>,
        of head: Span<UInt8>
    ) throws(Reason) -> Bool {
        var index = lines.lowerBound
        while index < lines.upperBound {
            let field = try FieldLine(head, at: index)
            if field.kind == .via, lists(pseudonym, head.extracting(field.value)) { return true }
            index = field.line.upperBound
        }
        return false
    }

    private static func lists(_ pseudonym: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        var index = 0
        // Which word of its element comes next: the protocol is 0, the recipient 1.
        var word = 0
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: ","):
                word = 0
                index += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                index += 1
            case UInt8(ascii: "("):
                index = commentEnd(value, from: index)
            default:
                let end = wordEnd(value, from: index)
                if word == 1, equals(value.extracting(index..<end), pseudonym) { return true }
                word += 1
                index = end
            }
        }
        return false
    }

    private static func wordEnd(_ value: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: ","), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "("):
                return index
            default:
                index += 1
            }
        }
        return index
    }

    /// Comments nest and have escapes (RFC 9110 section 5.6.5); what is in them is no name.
    private static func commentEnd(_ value: Span<UInt8>, from start: Int) -> Int {
        var depth = 0
        var index = start
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\\"): index += 1
            default: break
            }
            index += 1
            if depth == 0 { break }
        }
        return min(index, value.count)
    }

    /// Recipients are host names or pseudonyms, so their case means nothing.
    private static func equals(_ word: Span<UInt8>, _ pseudonym: Span<UInt8>) -> Bool {
        guard word.count == pseudonym.count else { return false }
        for index in word.indices
        where ASCII.lowercased(word[index]) != ASCII.lowercased(pseudonym[index]) {
            return false
        }
        return true
    }
}
