// Whether a file was replaced, without reading it: what a watcher compares.

import CLinux

/// What changes whenever a file is replaced or rewritten.
public struct FileStamp: Sendable, Equatable {
    private let inode: UInt64
    private let length: Int64
    private let seconds: Int64
    private let nanoseconds: Int64

    /// When its content was written last, in microseconds since 1970 UTC.
    public var modified: Int64 { seconds * 1_000_000 + nanoseconds / 1_000 }

    /// Looks at a file; nil if it is not there or cannot be seen.
    public init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        length = Int64(status.st_size)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}
