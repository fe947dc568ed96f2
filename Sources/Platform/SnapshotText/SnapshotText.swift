// A snapshot as text and back. Signer and gateway use this one code, so both mean the same by
// the same bytes. No Codable: its generic containers took most of a gateway's time to start.

public import ClawgressJWS
public import ClawgressModel

/// The JSON of a snapshot: strict to read, one spelling to write.
public enum SnapshotText {
    /// Reads `bytes` as a snapshot of the one known format.
    ///
    /// Proves nothing about who wrote it. Beyond what ``StrictJSON`` refuses, these are: members
    /// that this version does not know, null, and a number that is not written as an integer.
    ///
    /// - Throws: `SnapshotTextError` with the first problem.
    public static func read(_ bytes: Span<UInt8>) throws(SnapshotTextError) -> Snapshot {
        let value: JSONValue
        do throws(JSONError) {
            value = try StrictJSON.read(bytes)
        } catch {
            throw .malformed("it is not valid json")
        }
        return try read(value)
    }

    /// Reads a value as the other function reads bytes; for a snapshot inside another text,
    /// which is then read once.
    ///
    /// - Throws: `SnapshotTextError` with the first problem.
    public static func read(_ value: JSONValue) throws(SnapshotTextError) -> Snapshot {
        // A future format fails at some member or other: its name is the better message.
        if let format = value["format"]?.text, format != Snapshot.formatName {
            throw .formatUnknown(format)
        }
        let snapshot: Snapshot
        do throws(MemberProblem) {
            snapshot = try Snapshot(value)
        } catch {
            throw .malformed(error.sentence)
        }
        guard snapshot.epoch >= 0, snapshot.serial >= 0 else {
            throw .malformed("epoch and serial cannot be negative")
        }
        guard snapshot.confirmBy ?? 0 >= 0 else {
            throw .malformed("`confirm_by` cannot be negative")
        }
        return snapshot
    }

    /// The snapshot as canonical JSON: members sorted, no white space, no escaped slashes.
    public static func write(_ snapshot: Snapshot) -> [UInt8] { canonical(snapshot.json) }

    /// A value in the spelling of snapshots (RFC 8785).
    ///
    /// - Parameter value: has the members of each object in the order of their names, and no
    ///   fractions.
    public static func canonical(_ value: JSONValue) -> [UInt8] {
        var text = CanonicalText()
        text.append(value)
        return text.bytes
    }
}

/// Why a text is no snapshot.
public enum SnapshotTextError: Error, Equatable, Sendable {
    /// A snapshot of another format, by its name.
    case formatUnknown(String)
    /// No snapshot; the sentence says where it stops being one.
    case malformed(String)
}
