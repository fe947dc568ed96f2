// The errors that are no failure but an answer.

import Glibc

extension FileError {
    /// Whether there is no such file.
    public var isMissingFile: Bool { code == ENOENT || code == ENOTDIR }

    /// Whether the path is a folder.
    public var isFolder: Bool { code == EISDIR }

    /// Whether the process, or the machine, has as many files open as it may: it passes.
    public var isOutOfFiles: Bool { code == EMFILE || code == ENFILE }

    /// Whether the file was refused because others than its owner may read or write it.
    public var isExposedFile: Bool { code == EPERM && operation == Self.exposedOperation }

    /// What a write says when the disk has no room left.
    public static func full(_ path: String) -> FileError {
        FileError(code: ENOSPC, operation: "write", path: path)
    }

    static func exposed(_ path: String) -> FileError {
        FileError(code: EPERM, operation: exposedOperation, path: path)
    }

    private static var exposedOperation: String { "mode" }
}
