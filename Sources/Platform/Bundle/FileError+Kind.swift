// The two system errors that are no failure but an answer.

public import ClawgressBytes
import Glibc

extension FileError {
    /// Whether there is no such file.
    public var isMissingFile: Bool { code == ENOENT || code == ENOTDIR }

    /// Whether the path is a folder.
    public var isFolder: Bool { code == EISDIR }
}
