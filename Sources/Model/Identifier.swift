// Ids are written into headers, file names, logs and metrics, so their alphabet is small
// enough to need no escaping anywhere.

import ClawgressBytes

/// The grammar of agent, team, project, environment, policy and gateway ids.
public enum Identifier {
    /// The greatest length in bytes.
    public static var lengthMax: Int { 63 }

    /// Whether `bytes` match `[a-z0-9][a-z0-9._-]{0,62}`.
    public static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 1, bytes.count <= lengthMax else { return false }
        guard isAlphanumeric(bytes[0]) else { return false }
        for index in bytes.indices.dropFirst() {
            switch bytes[index] {
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): continue
            default: guard isAlphanumeric(bytes[index]) else { return false }
            }
        }
        return true
    }

    /// Whether `text` is a valid id.
    public static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return isValid(bytes.span)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || byte &- 97 < 26
    }
}
