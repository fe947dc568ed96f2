// Text inside a JSON string (RFC 8259 section 7).

import ClawgressBytes

/// Writes the inside of JSON strings.
enum JSONText {
    /// Appends `text` with what needs it escaped.
    ///
    /// Bytes outside ASCII, of which no encoding is known, become `?`.
    static func write(_ text: Span<UInt8>, into out: inout ByteBuffer) {
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0..<0x20, 0x7F:
                out.append("\\u")
                out.append(hexadecimal: UInt64(byte), width: 4)
            case 0x80...:
                out.append(UInt8(ascii: "?"))
            default:
                out.append(byte)
            }
        }
    }
}
