// The members of a record, one after the other and without building values: the log has taken it, so
// it is one canonical JSON object without white space between its tokens.

/// A walk over the members of a canonical JSON object.
struct RecordMembers: ~Escapable {
    /// Where the parts of a member lie.
    struct Member {
        /// The name, without quotes.
        let name: Range<Int>
        /// The value, with quotes or brackets.
        let value: Range<Int>
    }

    private let bytes: Span<UInt8>
    private var position = 1

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// The next member; nil behind the last one, or where the text is no such object.
    mutating func next() -> Member? {
        if position < bytes.count, bytes[position] == UInt8(ascii: ",") { position += 1 }
        guard let name = string(), position < bytes.count, bytes[position] == UInt8(ascii: ":")
        else { return nil }
        position += 1
        let start = position
        guard skipValue() else { return nil }
        return Member(name: name.lowerBound + 1..<name.upperBound - 1, value: start..<position)
    }

    /// Moves behind a string that begins here.
    private mutating func string() -> Range<Int>? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
        let start = position
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return nil
    }

    private mutating func skipValue() -> Bool {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return false }
                if depth == 0 { return true }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return true }
                depth -= 1
                position += 1
                if depth == 0 { return true }
                continue
            case UInt8(ascii: ",") where depth == 0: return true
            default: break
            }
            position += 1
        }
        return false
    }
}
