// IPv6 text is the most disguised thing in a URL; its parser is a machine of its own so that
// each rule can be seen and tested.

import ClawgressBytes

/// Parses RFC 4291 section 2.2 text without brackets and without a zone id.
struct IPv6TextParser {
    private var groups = InlineArray<8, UInt16>(repeating: 0)
    private var filled = 0
    private var gap: Int?

    /// The two halves of the address, or nil if the text has no single meaning.
    mutating func parse(_ text: Span<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard text.count >= 2, text.count <= 45, collect(text) else { return nil }
        if gap == nil { return filled == 8 ? halves() : nil }
        guard filled < 8 else { return nil }
        return halves()
    }

    private mutating func collect(_ text: Span<UInt8>) -> Bool {
        var index = 0
        if text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return false }
            gap = 0
            index = 2
        }
        while index < text.count {
            guard filled < 8 else { return false }
            let start = index
            var value: UInt32 = 0
            while index < text.count, let digit = ASCII.hexadecimalValue(text[index]) {
                value = value << 4 | UInt32(digit)
                index += 1
                guard index - start <= 4 else { return false }
            }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                return collectV4(text, from: start)
            }
            guard index > start else { return false }
            groups[filled] = UInt16(truncatingIfNeeded: value)
            filled += 1
            guard index < text.count else { return true }
            guard skipSeparator(text, &index) else { return false }
        }
        return true
    }

    /// Steps over `:` or the one `::`; a single colon at the end is an error.
    private mutating func skipSeparator(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
        guard text[index] == UInt8(ascii: ":") else { return false }
        index += 1
        guard index < text.count else { return false }
        if text[index] == UInt8(ascii: ":") {
            guard gap == nil else { return false }
            gap = filled
            index += 1
        }
        return true
    }

    private mutating func collectV4(_ text: Span<UInt8>, from start: Int) -> Bool {
        guard filled <= 6, let tail = IPAddress(v4: text.extracting(start..<text.count)) else {
            return false
        }
        groups[filled] = UInt16(truncatingIfNeeded: tail.v4 >> 16)
        groups[filled + 1] = UInt16(truncatingIfNeeded: tail.v4)
        filled += 2
        return true
    }

    private func halves() -> (high: UInt64, low: UInt64) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        let hole = 8 - filled
        for place in 0..<8 {
            var value: UInt16 = 0
            if let gap, place >= gap {
                if place >= gap + hole { value = groups[place - hole] }
            } else {
                value = groups[place]
            }
            if place < 4 {
                high = high << 16 | UInt64(value)
            } else {
                low = low << 16 | UInt64(value)
            }
        }
        return (high, low)
    }
}
