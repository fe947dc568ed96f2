// What keeps a daemon from its database, each with the way out: it is read by somebody whose
// control plane does not start.

public import ClawgressBytes
import GRDB

/// Why a database could not be opened, backed up or restored.
public enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A system call failed.
    case file(FileError)
    /// Another process has the database open.
    case inUse(path: String)
    /// Others than its owner may read or write the file.
    case exposed(path: String)
    /// The file is no database, or its integrity check found something.
    case damaged(path: String, finding: String)
    /// A newer program has written the database.
    case schemaNewer(path: String, migrations: [String])
    /// The file is a database, but no backup of one of this program's.
    case foreign(path: String)
    /// The place of a new backup is taken.
    case targetExists(path: String)
    /// SQLite refused for another reason, such as a full disk.
    case database(path: String, reason: String)

    /// One line with the way out.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .inUse(let path):
            "the database `\(path)` is in use by another process: stop that first"
        case .exposed(let path):
            "others than its owner may read `\(path)`: `chmod 600` it and see who could"
        case .damaged(let path, let finding):
            "the database `\(path)` is damaged (\(finding)): restore a backup"
        case .schemaNewer(let path, let migrations):
            "the database `\(path)` was written by a newer version (it has "
                + migrations.map { "`\($0)`" }.joined(separator: ", ")
                + "): use that version, or restore a backup of this one"
        case .foreign(let path): "`\(path)` is no backup of this program's database"
        case .targetExists(let path):
            "`\(path)` is there already; a backup replaces nothing"
        case .database(let path, let reason): "the database `\(path)`: \(reason)"
        }
    }

    /// Sorts what the library reports about the database at `path`.
    public static func sorted(_ error: any Error, _ path: String) -> StorageError {
        switch error {
        case let error as StorageError: error
        case let error as FileError: .file(error)
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT:
                .damaged(path: path, finding: error.message ?? "\(error.resultCode)")
            case .SQLITE_BUSY, .SQLITE_LOCKED: .inUse(path: path)
            // Not the whole description: that one quotes statements and their arguments.
            default: .database(path: path, reason: error.message ?? "\(error.resultCode)")
            }
        default: .database(path: path, reason: "\(error)")
        }
    }
}
