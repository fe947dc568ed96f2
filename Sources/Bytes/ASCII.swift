// The characters of HTTP and of names, classified without tables that Swift would initialise
// lazily: a lazy global costs a `swift_once` per byte (measured), two constants cost nothing.

/// Classification and case folding of single bytes.
public enum ASCII {
    /// RFC 9110 section 5.6.2 `tchar`, as one bit per byte value below 128.
    @usableFromInline static var tokenLow: UInt64 { 0x03FF_6CFA_0000_0000 }
    @usableFromInline static var tokenHigh: UInt64 { 0x57FF_FFFF_C7FF_FFFE }

    /// Whether `byte` may stand in a field name or method (RFC 9110 section 5.6.2).
    @inlinable
    public static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return tokenLow &>> UInt64(byte) & 1 == 1 }
        return byte < 128 && tokenHigh &>> UInt64(byte & 63) & 1 == 1
    }

    /// Whether `byte` is `0`…`9`.
    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// Whether `byte` is `A`…`Z` or `a`…`z`.
    @inlinable
    public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }

    /// The lower-case form of an ASCII letter; other bytes unchanged.
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 65 < 26 ? byte | 0x20 : byte
    }

    /// Eight bytes of a word at once.
    @inlinable
    public static func lowercased(_ word: UInt64) -> UInt64 {
        let seven = word & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = seven &+ 0x3F3F_3F3F_3F3F_3F3F
        let behindZ = seven &+ 0x2525_2525_2525_2525
        let upper = fromA & ~behindZ & ~word & 0x8080_8080_8080_8080
        return word | upper &>> 2
    }

    /// The value of a hexadecimal digit, or nil.
    @inlinable
    public static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        if byte &- 48 < 10 { return byte &- 48 }
        let letter = byte | 0x20
        return letter &- 97 < 6 ? letter &- 87 : nil
    }

    /// Whether `byte` may stand in a field value: HTAB, SP, visible, or obs-text
    /// (RFC 9110 section 5.5).
    @inlinable
    public static func isFieldText(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == 0x09
    }
}
