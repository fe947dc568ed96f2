// Files in a folder of the daemons' user. Whoever took a daemon over can put anything there: a link
// to somewhere else, a pipe that nobody will ever write to. So neither is opened.

import ClawgressBytes
import Glibc

/// A regular file that a daemon wrote.
struct DaemonFile {
    let content: [UInt8]
    /// When it was written, in milliseconds since 1970 UTC.
    let written: Int64

    /// Reads a file of at most `bytesMax` bytes; nil if there is none.
    ///
    /// - Throws: `FileError`, with `ELOOP` for a link, `EINVAL` for whatever else is no regular file,
    ///   `EFBIG` for a longer one.
    static func readIfPresent(_ path: String, bytesMax: Int) throws(FileError) -> DaemonFile? {
        // A pipe is opened without waiting for its other end, to be seen for what it is.
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        // unsafe: the path's characters are lent to the call, which does not keep them.
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else {
            let error = FileError(code: errno, operation: "open", path: path)
            if error.isMissingFile { return nil }
            throw error
        }
        defer { close(descriptor) }
        var status = stat()
        // unsafe: the call fills the one local value whose address it is given.
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw FileError(code: errno, operation: "fstat", path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(code: EINVAL, operation: "read", path: path)
        }
        let time = status.st_mtim
        return DaemonFile(
            content: try content(of: descriptor, path, bytesMax),
            written: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        )
    }

    private static func content(
        of descriptor: Int32,
        _ path: String,
        _ bytesMax: Int
    ) throws(FileError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            // unsafe: the call writes to the array that it is given, up to its length.
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            guard count >= 0 else {
                throw FileError(code: errno, operation: "read", path: path)
            }
            guard count > 0 else { return content }
            content.append(contentsOf: chunk[..<count])
            guard content.count <= bytesMax else {
                throw FileError(code: EFBIG, operation: "read", path: path)
            }
        }
    }
}
