// A copy of the database while it is in use. The copy is one file, checked, and appears under
// its name only when it is whole and on the disk.

import ClawgressBytes
import GRDB

extension Store {
    /// Writes a copy of the database as it is now to a new file at `target`.
    ///
    /// Writers go on meanwhile; the copy has what was committed when it began. It blocks the
    /// caller for as long as reading and writing the whole database takes.
    ///
    /// - Throws: `StorageError`; there is nothing at `target` then.
    public func backUp(to target: String) throws(StorageError) {
        guard Folder.length(ofFile: target) == nil else { throw .targetExists(path: target) }
        do {
            try Self.copy(from: database, to: target)
        } catch {
            throw .sorted(error, target)
        }
    }

    /// Copies a database into a new file and moves that to `target`.
    static func copy(from source: any DatabaseReader, to target: String) throws {
        let unfinished = target + ".unfinished"
        try Folder.remove(file: unfinished)
        try Folder.createPrivate(file: unfinished)
        defer { try? Folder.remove(file: unfinished) }
        let copy = try DatabaseQueue(path: unfinished, configuration: configuration)
        try source.backup(to: copy)
        try copy.writeWithoutTransaction { database in
            // The copied header says that there is a log beside the file; there is none.
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
            try StoreCheck.integrity(of: database, unfinished)
        }
        try copy.close()
        try Folder.synchronise(file: unfinished)
        try WholeFile.move(unfinished, to: target)
    }
}
