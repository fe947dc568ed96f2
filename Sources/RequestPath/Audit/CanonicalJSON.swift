// Canonical JSON (RFC 8785): the bytes of an event are what is hashed and signed later, so there
// is exactly one way to write each value.

public import ClawgressBytes

/// The values of RFC 8785 that events use, each appended in its one form.
public enum CanonicalJSON {
    /// The greatest integer that every JSON reader takes exactly (RFC 8785 section 3.2.2.3).
    public static var integerMax: UInt64 { 9_007_199_254_740_991 }

    /// Appends a string, cut where its escaped form would be longer than `bytesMax`.
    ///
    /// RFC 8785 section 3.2.2.2: two-character escapes where JSON has one, `\u00xx` in lower
    /// case for other controls, everything else as it is.
    ///
    /// - Returns: whether nothing was cut.
    @discardableResult
    public static func append(
        string text: String,
        bytesMax: Int = .max,
        to out: inout ByteBuffer
    ) -> Bool {
        var left = bytesMax
        out.append(UInt8(ascii: "\""))
        defer { out.append(UInt8(ascii: "\"")) }
        for scalar in text.unicodeScalars {
            left -= escapedLength(scalar)
            guard left >= 0 else { return false }
            append(scalar, to: &out)
        }
        return true
    }

    /// Where a text has to end so that its escaped form has at most `bytesMax` bytes.
    static func end(of text: String, bytesMax: Int) -> String.Index {
        var left = bytesMax
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            left -= escapedLength(scalars[index])
            guard left >= 0 else { return index }
        }
        return scalars.endIndex
    }

    /// Appends an integer; one that is too great for JSON becomes the greatest that is not.
    public static func append(integer value: UInt64, to out: inout ByteBuffer) {
        out.append(decimal: UInt(min(value, integerMax)))
    }

    /// Appends a signed integer, likewise bounded on both sides.
    public static func append(integer value: Int64, to out: inout ByteBuffer) {
        if value < 0 { out.append(UInt8(ascii: "-")) }
        append(integer: value.magnitude, to: &out)
    }

    /// Appends `value / 1000` as a number.
    ///
    /// With at most 15 significant digits the shortest form that reads back as the same double,
    /// which RFC 8785 section 3.2.2.3 asks for, is the decimal fraction itself.
    public static func append(thousandths value: UInt64, to out: inout ByteBuffer) {
        let bounded = min(value, 999_999_999_999_999)
        out.append(decimal: UInt(bounded / 1_000))
        var rest = bounded % 1_000
        guard rest > 0 else { return }
        out.append(UInt8(ascii: "."))
        var place: UInt64 = 100
        while rest > 0 {
            out.append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
            place /= 10
        }
    }

    private static func shortEscape(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "\u{08}": UInt8(ascii: "b")
        case "\u{09}": UInt8(ascii: "t")
        case "\u{0A}": UInt8(ascii: "n")
        case "\u{0C}": UInt8(ascii: "f")
        case "\u{0D}": UInt8(ascii: "r")
        case "\"": UInt8(ascii: "\"")
        case "\\": UInt8(ascii: "\\")
        default: nil
        }
    }

    private static func escapedLength(_ scalar: Unicode.Scalar) -> Int {
        if shortEscape(scalar) != nil { return 2 }
        return scalar.value < 0x20 ? 6 : UTF8.width(scalar)
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout ByteBuffer) {
        if let escape = shortEscape(scalar) {
            out.append(UInt8(ascii: "\\"))
            out.append(escape)
        } else if scalar.value < 0x20 {
            out.append("\\u00")
            out.append(hexadecimal: UInt64(scalar.value), width: 2)
        } else {
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { out.append(byte) }
        }
    }
}
