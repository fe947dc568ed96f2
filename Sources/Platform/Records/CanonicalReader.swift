// What is hashed must have one spelling, so a line is taken only in the canonical form (RFC 8785)
// and not because some reader can make sense of it. This walk only checks: fifty thousand lines
// a second leave no time to build values that nobody looks at. A test holds it against StrictJSON.

import ClawgressBytes

/// A position in a canonical JSON text; each call checks one value and moves behind it.
///
/// It takes a part of RFC 8785 that is enough for records: names are visible ASCII without `"`
/// and `\`, and a number is an integer that every reader takes exactly, or has at most 15
/// digits, six of them behind the point.
struct CanonicalReader: ~Escapable {
    let bytes: Span<UInt8>
    private(set) var position = 0

    /// How deep objects and arrays may nest.
    static var depthMax: Int { 4 }
    /// The greatest integer that every JSON reader takes exactly (RFC 8785 section 3.2.2.3).
    static var integerMax: UInt64 { 9_007_199_254_740_991 }

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// What a value turned out to be.
    enum Value {
        /// Text without escapes, by the place of its bytes.
        case plain(Range<Int>)
        /// An integer that is not negative.
        case integer(UInt64)
        /// An array, by the place of its bytes with both brackets.
        case array(Range<Int>)
        /// Anything else.
        case other
    }

    private var refusal: RecordRefusal { .notCanonical(offset: position) }

    private func peek() throws(RecordRefusal) -> UInt8 {
        guard position < bytes.count else { throw refusal }
        return bytes[position]
    }

    private mutating func take(_ byte: UInt8) throws(RecordRefusal) {
        guard try peek() == byte else { throw refusal }
        position += 1
    }

    /// Checks that nothing follows.
    func end() throws(RecordRefusal) {
        guard position == bytes.count else { throw refusal }
    }

    /// Checks an object; names and values of its members go to `member`.
    mutating func readObject(
        depthLeft: Int = Self.depthMax,
        _ member: (_ name: Span<UInt8>, Value) -> Void
    ) throws(RecordRefusal) {
        guard depthLeft > 0 else { throw refusal }
        try take(UInt8(ascii: "{"))
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        var last: Range<Int>?
        while true {
            let name = try readName()
            if let last, !precedes(last, name) {
                throw .notCanonical(offset: name.lowerBound)
            }
            last = name
            try take(UInt8(ascii: ":"))
            let value = try readValue(depthLeft: depthLeft - 1)
            member(bytes.extracting(name), value)
            if try ends(with: UInt8(ascii: "}")) { return }
        }
    }

    /// Whether a container ends here, and not with a comma.
    private mutating func ends(with bracket: UInt8) throws(RecordRefusal) -> Bool {
        let byte = try peek()
        guard byte == bracket || byte == UInt8(ascii: ",") else { throw refusal }
        position += 1
        return byte == bracket
    }

    /// Order by the bytes, which for ASCII is the order of UTF-16 that RFC 8785 wants.
    private func precedes(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        for offset in 0..<min(one.count, other.count) {
            let (left, right) = (bytes[one.lowerBound + offset], bytes[other.lowerBound + offset])
            if left != right { return left < right }
        }
        return one.count < other.count
    }

    private mutating func readName() throws(RecordRefusal) -> Range<Int> {
        try take(UInt8(ascii: "\""))
        let start = position
        // A place of its own: most of a record's bytes pass here, and below.
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                position = place + 1
                return start..<place
            }
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { break }
            place += 1
        }
        position = place
        throw refusal
    }

    private mutating func readValue(depthLeft: Int) throws(RecordRefusal) -> Value {
        switch try peek() {
        case UInt8(ascii: "\""): return try readString()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        case UInt8(ascii: "{"): try readObject(depthLeft: depthLeft) { _, _ in }
        case UInt8(ascii: "["):
            let start = position
            try readArray(depthLeft: depthLeft)
            return .array(start..<position)
        case UInt8(ascii: "t"): try readWord("true")
        case UInt8(ascii: "f"): try readWord("false")
        case UInt8(ascii: "n"): try readWord("null")
        default: throw refusal
        }
        return .other
    }

    private mutating func readArray(depthLeft: Int) throws(RecordRefusal) {
        guard depthLeft > 0 else { throw refusal }
        position += 1
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            _ = try readValue(depthLeft: depthLeft - 1)
            if try ends(with: UInt8(ascii: "]")) { return }
        }
    }

    private mutating func readWord(_ word: StaticString) throws(RecordRefusal) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes.extracting(position..<end).equals(word) else {
            throw refusal
        }
        position = end
    }

    private mutating func readString() throws(RecordRefusal) -> Value {
        position += 1
        let start = position
        var isPlain = true
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                position = place + 1
                return isPlain ? .plain(start..<place) : .other
            }
            guard byte >= 0x20 else { break }
            guard byte == UInt8(ascii: "\\") else {
                place += 1
                continue
            }
            isPlain = false
            position = place
            try readEscape()
            place = position
        }
        position = place
        throw refusal
    }

    /// Two characters where JSON has an escape of two, and `\u00xx` in lower case for the other
    /// controls (RFC 8785 section 3.2.2.2).
    private mutating func readEscape() throws(RecordRefusal) {
        position += 1
        switch try peek() {
        case UInt8(ascii: "b"), UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "f"),
            UInt8(ascii: "r"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
            position += 1
        case UInt8(ascii: "u"):
            let end = position + 5
            guard end <= bytes.count, bytes.extracting(position..<position + 3).equals("u00"),
                isLongEscape(bytes[position + 3], bytes[position + 4])
            else { throw refusal }
            position = end
        default: throw refusal
        }
    }

    private func isLongEscape(_ high: UInt8, _ low: UInt8) -> Bool {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(low)
        guard isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(low) else {
            return false
        }
        switch high {
        case UInt8(ascii: "1"): return true
        // 08, 09, 0a, 0c and 0d have a short escape.
        case UInt8(ascii: "0"):
            return low < UInt8(ascii: "8") || low == UInt8(ascii: "b")
                || low >= UInt8(ascii: "e")
        default: return false
        }
    }

    private mutating func readNumber() throws(RecordRefusal) -> Value {
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let start = position
        var value: UInt64 = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"),
            digit < 10
        {
            // Sixteen digits are enough to be too great, and never overflow.
            guard position - start < 16 else { throw refusal }
            value = value * 10 + UInt64(digit)
            position += 1
        }
        let digits = position - start
        guard digits > 0, digits == 1 || bytes[start] != UInt8(ascii: "0") else { throw refusal }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            try readFraction(digits: digits)
            return .other
        }
        guard value <= Self.integerMax, !(isNegative && value == 0) else { throw refusal }
        return isNegative ? .other : .integer(value)
    }

    private mutating func readFraction(digits: Int) throws(RecordRefusal) {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        let count = position - start
        guard (1...6).contains(count), digits + count <= 15,
            bytes[position - 1] != UInt8(ascii: "0")
        else { throw refusal }
    }
}
