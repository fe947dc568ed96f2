// Strings and numbers of `StrictJSON`: the two places where JSON readers usually differ.

import ClawgressBytes

extension JSONReader {
    /// Reads a string; the position is on its opening quote.
    mutating func readString() throws(JSONError) -> String {
        let opening = position
        position += 1
        let start = position
        while try peek() != UInt8(ascii: "\"") {
            guard bytes[position] >= 0x20 else { throw problem(.invalidEscape) }
            if bytes[position] == UInt8(ascii: "\\") {
                return try readEscapedString(from: start, opening: opening)
            }
            position += 1
        }
        let text = bytes.extracting(start..<position)
        position += 1
        guard let valid = try? UTF8Span(validating: text) else {
            throw JSONError(.invalidUTF8, at: opening)
        }
        return String(copying: valid)
    }

    /// Reads the rest of a string with escapes; the position is on the first backslash.
    private mutating func readEscapedString(
        from start: Int,
        opening: Int
    ) throws(JSONError) -> String {
        var text = bytes.extracting(start..<position).array()
        while try peek() != UInt8(ascii: "\"") {
            guard bytes[position] >= 0x20 else { throw problem(.invalidEscape) }
            if bytes[position] == UInt8(ascii: "\\") {
                position += 1
                text.append(contentsOf: Array(String(try readEscape()).utf8))
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONError(.invalidUTF8, at: opening)
        }
        return string
    }

    /// Reads what follows a backslash.
    private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
        let letter = try peek()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readUnicodeEscape()
        default: throw JSONError(.invalidEscape, at: position - 1)
        }
    }

    /// Reads four hexadecimal digits, and the second escape of a surrogate pair.
    private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try readFourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 2 <= bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, at: start) }
        position += 2
        let second = try readFourDigits()
        guard second >= 0xDC00, second <= 0xDFFF,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func readFourDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = ASCII.hexadecimalValue(try peek()) else {
                throw problem(.invalidEscape)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Reads a number: exact if it is written as an integer, a finite double otherwise.
    mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = position
        var isIntegral = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if try peek() == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isIntegral = false
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isIntegral = false
            position += 1
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        let text = bytes.extracting(start..<position).string()
        if isIntegral, let value = Int64(text) { return .integer(value) }
        guard !isIntegral, let value = Double(text), value.isFinite else {
            throw JSONError(.numberOutOfRange, at: start)
        }
        return .number(value)
    }

    /// Moves behind a run of at least one digit.
    private mutating func skipDigits() throws(JSONError) {
        guard ASCII.isDigit(try peek()) else { throw problem(.unexpectedByte) }
        while position < bytes.count, ASCII.isDigit(bytes[position]) { position += 1 }
    }
}
