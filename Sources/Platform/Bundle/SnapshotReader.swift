// A snapshot's JSON read back, with the place of the problem when it is none.

public import ClawgressModel
import FoundationEssentials

/// Reads the JSON of a snapshot; proves nothing about who wrote it.
public enum SnapshotReader {
    /// Reads `bytes` as a snapshot of the one known format.
    ///
    /// - Throws: `BundleRejection.formatUnknown` or `BundleRejection.contentMalformed`.
    public static func read(_ bytes: [UInt8]) throws(BundleRejection) -> Snapshot {
        let data = Data(bytes)
        let decoder = JSONDecoder()
        let snapshot: Snapshot
        do {
            snapshot = try decoder.decode(Snapshot.self, from: data)
        } catch {
            // A future format fails at some member or other: its name is the better message.
            if let other = try? decoder.decode(FormatOnly.self, from: data) {
                try requireKnown(other.format)
            }
            throw .contentMalformed(sentence(for: error))
        }
        try requireKnown(snapshot.format)
        guard snapshot.epoch >= 0, snapshot.serial >= 0 else {
            throw .contentMalformed("epoch and serial cannot be negative")
        }
        return snapshot
    }

    private static func requireKnown(_ format: String) throws(BundleRejection) {
        guard format == Snapshot.formatName else { throw .formatUnknown(format) }
    }

    private static func sentence(for error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "`\(path(context.codingPath + [key]))` is missing"
        case DecodingError.typeMismatch(_, let context):
            "`\(path(context.codingPath))` has the wrong type"
        case DecodingError.valueNotFound(_, let context):
            "`\(path(context.codingPath))` is null"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "`\(path(context.codingPath))` has an unknown value"
        default: "it is not valid json"
        }
    }

    /// `policies[3].action`.
    private static func path(_ keys: [any CodingKey]) -> String {
        var text = ""
        for key in keys {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return text
    }
}

/// The one member that every format has.
private struct FormatOnly: Decodable {
    let format: String
}
