// Why the spool cannot do what it was asked.

public import ClawgressBytes

/// A failure of the spool, for alerts and for the operator's terminal.
public enum SpoolError: Error, Equatable, CustomStringConvertible {
    /// Another process owns the folder.
    case owned(folder: String)
    /// The folder holds as many bytes as it may: alert `spool_full`.
    case full(bytesMax: Int)
    /// A file in the folder is no segment of ours, or a damaged one.
    case malformed(path: String)
    /// A system call failed; a full disk is one of these: alert `spool_full` if
    /// ``isSpaceUsedUp``, else `spool_failed`.
    case file(FileError)

    /// Whether deleting acknowledged segments, or freeing the disk, would help.
    public var isSpaceUsedUp: Bool {
        switch self {
        case .owned, .malformed: false
        case .full: true
        case .file(let error): error.isDiskFull
        }
    }

    /// One line for people.
    public var description: String {
        switch self {
        case .owned(let folder): "the spool folder `\(folder)` is in use by another process"
        case .full(let bytesMax): "the spool holds its maximum of \(bytesMax) bytes"
        case .malformed(let path): "`\(path)` is no valid spool segment"
        case .file(let error): error.description
        }
    }
}
