// A copy of the log as one of its checkpoints has it, taken while the service runs. The copy is made
// from the entries and not from the files, so that what is copied is also checked: a damaged log
// has no backup that looks whole.

import ClawgressBytes
import ClawgressRecords
import ClawgressSealing
import ClawgressTransparencyLog

/// Copies a log.
public enum LogBackup {
    /// Writes a state folder that a service can go on with.
    ///
    /// Records that no checkpoint covers yet are not in it.
    ///
    /// - Returns: how many entries the copy has.
    /// - Throws: `LogOpeningError`; what was written of the copy is left there.
    public static func write(
        _ places: AuditPlaces,
        to target: String,
        settings: LogSettings
    ) throws(LogOpeningError) -> Int {
        let copy = AuditPlaces(stateFolder: target)
        guard Folder.length(ofFile: target) == nil else { throw .exists(path: target) }
        let key = try LogCheck.key(places)
        // Read before the newest checkpoint, so that it covers what they say.
        let witnessed = try self.witnessed(places)
        var replay = try LogReplay(places, key: key, settings: settings)
        let (note, size) = try published(places, key)
        guard replay.known <= size else {
            throw .ledger(path: places.streams, reason: "it is ahead of the log; try again")
        }
        do throws(FileError) {
            for folder in [target] + copy.folders { try Folder.create(folder) }
        } catch {
            throw .file(error)
        }
        var book = ""
        let tiles = TileFolder(path: copy.log, staging: copy.staging, disk: LogDisk())
        try replay.run(
            size: size,
            files: { files throws(LogOpeningError) in
                do throws(FileError) {
                    try tiles.write(files)
                } catch {
                    throw .file(error)
                }
            },
            note: { book += "\($0.encoded)\n" }
        )
        let streams = LedgerText.write(replay.streams(size: size))
        do throws(FileError) {
            let sealed = try WholeFile.read(places.key, bytesMax: SealedBytes.fileBytesMax)
            try WholeFile.replace(copy.key, with: sealed, mode: 0o600)
            try WholeFile.replace(copy.verifierKey, with: Array("\(key.text)\n".utf8))
            try WholeFile.replace(copy.streams, with: streams, mode: 0o600)
            try WholeFile.replace(copy.checkpoints, with: Array(book.utf8), mode: 0o600)
            if let notice = replay.notice { try WholeFile.replace(copy.retention, with: notice) }
            if let witnessed { try WholeFile.replace(copy.witnessedCheckpoint, with: witnessed) }
            try WholeFile.replace(copy.checkpoint, with: Array(note.encoded.utf8), mode: 0o644)
        } catch {
            throw .file(error)
        }
        return size
    }

    private static func witnessed(
        _ places: AuditPlaces
    ) throws(LogOpeningError) -> [UInt8]? {
        do throws(FileError) {
            return try WholeFile.readIfPresent(
                places.witnessedCheckpoint,
                bytesMax: SignedNote.bytesMax
            )
        } catch {
            throw .file(error)
        }
    }

    private static func published(
        _ places: AuditPlaces,
        _ key: NoteKey
    ) throws(LogOpeningError) -> (SignedNote, Int) {
        do {
            let content = try WholeFile.read(places.checkpoint, bytesMax: SignedNote.bytesMax)
            let note = try SignedNote(content)
            return (note, try Checkpoint.verified(note, of: key.name, by: [key]).head.size)
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw .tree(.checkpoint("`\(places.checkpoint)`: \(error)"))
        }
    }
}
