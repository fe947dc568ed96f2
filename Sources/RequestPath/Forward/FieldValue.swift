// The few field values whose content the gateway understands.

import ClawgressBytes
import ClawgressModel

/// Readers of field values, which are given without surrounding white space.
enum FieldValue {
    /// The value of a Content-Length field: digits and nothing else.
    ///
    /// Signs, lists and leading zeros are read differently by different recipients, so there
    /// are none.
    static func length(_ text: Span<UInt8>) throws(Reason) -> UInt64 {
        let value = try number(text, digitsMax: 19, orThrow: .contentLengthMalformed)
        guard value <= contentLengthMax else { throw .contentLengthMalformed }
        return value
    }

    /// The value of a Max-Forwards field: digits and nothing else (RFC 9110 section 7.6.2).
    static func hops(_ text: Span<UInt8>) throws(Reason) -> UInt64 {
        try number(text, digitsMax: 9, orThrow: .fieldLineMalformed)
    }

    /// Digits and nothing else, without leading zeros; `digitsMax` is at most 19, so that nothing
    /// overflows.
    private static func number(
        _ text: Span<UInt8>,
        digitsMax: Int,
        orThrow reason: Reason
    ) throws(Reason) -> UInt64 {
        guard text.count >= 1, text.count <= digitsMax else { throw reason }
        if text[0] == UInt8(ascii: "0"), text.count > 1 { throw reason }
        var value: UInt64 = 0
        for index in text.indices {
            guard ASCII.isDigit(text[index]) else { throw reason }
            value = value * 10 + UInt64(text[index] &- 48)
        }
        return value
    }

    /// Whether credentials or a list of challenges use a scheme that authenticates the
    /// connection and not the request (RFC 4559 section 6, MS-NTHT).
    static func bindsConnection(_ value: Span<UInt8>) -> Bool {
        var start = 0
        while start < value.count {
            let element = value.extracting(start..<value.count)
            if isScheme("ntlm", at: element) || isScheme("negotiate", at: element) { return true }
            guard let comma = value.firstIndex(of: UInt8(ascii: ","), from: start) else { break }
            start = comma + 1
            while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        }
        return false
    }

    private static func isScheme(_ scheme: StaticString, at text: Span<UInt8>) -> Bool {
        guard text.hasPrefixIgnoringCase(scheme) else { return false }
        let length = scheme.utf8CodeUnitCount
        return text.count == length || !ASCII.isToken(text[length])
    }
}
