// Writing JSON: what `StrictJSON` reads back to the same value. Used for JWK and JOSE headers;
// audit events have a canonical writer of their own.

extension JSONValue {
    /// The value as compact JSON text: no white space, members in their order.
    ///
    /// Reading it with ``StrictJSON`` gives an equal value, provided that numbers are finite and
    /// names are unique, as they are in every value that was read.
    public var jsonText: String {
        var text = ""
        append(to: &text)
        return text
    }

    private func append(to text: inout String) {
        switch self {
        case .object(let members):
            text += "{"
            for (place, member) in members.enumerated() {
                if place > 0 { text += "," }
                Self.appendQuoted(member.name, to: &text)
                text += ":"
                member.value.append(to: &text)
            }
            text += "}"
        case .array(let elements):
            text += "["
            for (place, element) in elements.enumerated() {
                if place > 0 { text += "," }
                element.append(to: &text)
            }
            text += "]"
        case .string(let string): Self.appendQuoted(string, to: &text)
        case .integer(let value): text += String(value)
        case .number(let value): text += value.description
        case .bool(let value): text += value ? "true" : "false"
        case .null: text += "null"
        }
    }

    private static func appendQuoted(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
