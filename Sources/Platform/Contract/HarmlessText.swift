// What agents and origins wrote is shown to people: on terminals, in pages, in sheets. A control
// character there could rewrite what they see, so none gets through, wherever the text is shown.

/// Text of others, made harmless for whoever shows it.
public enum HarmlessText {
    /// `text` with every control, format and line-separating character written as `\u{…}`.
    public static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmless(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }

    /// A JSON text with the same value, in which such characters are written as JSON's own escapes.
    ///
    /// - Parameter json: valid JSON; white space between tokens other than the space is lost.
    public static func escaped(json: [UInt8]) -> [UInt8] {
        // Most texts have nothing to escape.
        guard json.contains(where: { !(0x20...0x7E).contains($0) }) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 64)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if isHarmless(scalar) {
                result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            } else if scalar.value >= 0x20 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u".utf8
                    result += String(repeating: "0", count: 4 - digits.count).utf8
                    result += digits.utf8
                }
            }
        }
        return result
    }

    /// Whether a character shows as itself and changes nothing around it.
    ///
    /// Direction marks count as harmful: they show a name in another order than it is.
    public static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}
