// The published notice of what was pruned, on the disk: a signed note beside the checkpoint.

import ClawgressBytes
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning

extension AuditPlaces {
    /// What the log says of pruned entries.
    public var retention: String { "\(log)/retention" }
}

/// Reads and replaces the notice.
enum RetentionFile {
    /// The notice; nil if nothing was ever to be pruned.
    ///
    /// - Parameter size: of the log, behind which entries cannot begin.
    static func read(
        _ places: AuditPlaces,
        _ key: NoteKey,
        size: Int
    ) throws(LogOpeningError) -> RetentionNotice? {
        try notice(try content(places), places, key, size: size)
    }

    /// The bytes of the file; nil if there is none.
    static func content(_ places: AuditPlaces) throws(LogOpeningError) -> [UInt8]? {
        do throws(FileError) {
            return try WholeFile.readIfPresent(places.retention, bytesMax: SignedNote.bytesMax)
        } catch {
            throw .file(error)
        }
    }

    /// The notice in the bytes of a file.
    static func notice(
        _ content: [UInt8]?,
        _ places: AuditPlaces,
        _ key: NoteKey,
        size: Int
    ) throws(LogOpeningError) -> RetentionNotice? {
        guard let content else { return nil }
        let notice: RetentionNotice
        do throws(RetentionError) {
            notice = try RetentionNotice.verified(content, of: key.name, by: [key])
        } catch {
            throw .retention(path: places.retention, reason: error.description)
        }
        guard notice.minimum <= size else {
            let reason = "entries begin at \(notice.minimum), and the log has \(size)"
            throw .retention(path: places.retention, reason: reason)
        }
        return notice
    }

    /// Puts a notice in place, and waits until it is on the disk.
    static func write(
        _ notice: RetentionNotice,
        _ places: AuditPlaces,
        _ signer: NoteSigner,
        _ disk: LogDisk
    ) throws(FileError) {
        guard var note = SignedNote(text: notice.text),
            (try? signer.sign(&note, time: 0)) != nil
        else { preconditionFailure("the key's name was checked, and Ed25519 signs every text") }
        try ReplacedFile.write(
            Array(note.encoded.utf8),
            to: places.retention,
            staging: "\(places.staging)/retention",
            disk
        )
    }
}
