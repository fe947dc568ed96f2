// The one spelling of a value (RFC 8785 for what snapshots have: no fractions). What is signed is
// these bytes and what is compared is their digest.

import ClawgressJWS

/// Canonical JSON while it is written.
struct CanonicalText {
    private(set) var bytes: [UInt8] = []

    /// Appends a value; an object's members are in the order of their names already.
    mutating func append(_ value: JSONValue) {
        switch value {
        case .object(let members):
            append(UInt8(ascii: "{"), UInt8(ascii: "}"), members) { text, member in
                text.append(quoted: member.name)
                text.bytes.append(UInt8(ascii: ":"))
                text.append(member.value)
            }
        case .array(let elements):
            append(UInt8(ascii: "["), UInt8(ascii: "]"), elements) { text, element in
                text.append(element)
            }
        case .string(let string): append(quoted: string)
        case .integer(let number): bytes.append(contentsOf: "\(number)".utf8)
        case .number(let number): bytes.append(contentsOf: "\(number)".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null: bytes.append(contentsOf: "null".utf8)
        }
    }

    private mutating func append<Element>(
        _ opening: UInt8,
        _ closing: UInt8,
        _ elements: [Element],
        _ append: (inout Self, Element) -> Void
    ) {
        bytes.append(opening)
        for (place, element) in elements.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            append(&self, element)
        }
        bytes.append(closing)
    }

    /// Appends a string: two-character escapes where JSON has one, `\u00xx` for other controls.
    private mutating func append(quoted string: String) {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        guard string.utf8.contains(where: Self.isEscaped) else {
            bytes.append(contentsOf: string.utf8)
            return
        }
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(escape: byte)
            case 0x08: append(escape: UInt8(ascii: "b"))
            case 0x09: append(escape: UInt8(ascii: "t"))
            case 0x0A: append(escape: UInt8(ascii: "n"))
            case 0x0C: append(escape: UInt8(ascii: "f"))
            case 0x0D: append(escape: UInt8(ascii: "r"))
            case 0..<0x20:
                bytes.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
                bytes.append(contentsOf: String(byte, radix: 16).utf8)
            default: bytes.append(byte)
            }
        }
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escape letter: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(letter)
    }
}
