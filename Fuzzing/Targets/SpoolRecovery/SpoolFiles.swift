// The folder in which the segments lie: `spool` in the working directory, which belongs to this
// process and should be in memory.

import ClawgressAudit
import ClawgressBytes
import FuzzShared

enum SpoolFiles {
    static let path = "spool"

    /// Owned for the life of the process.
    static let folder: SpoolFolder? = try? SpoolFolder(path: path)

    /// Replaces all segments by these.
    static func replace(with contents: [[UInt8]]) {
        for name in names() { try? Folder.remove(file: path + "/" + name) }
        for (index, content) in contents.enumerated() where !content.isEmpty {
            let digits = String(index + 1, radix: 16)
            let name = String(repeating: "0", count: 16 - digits.count) + digits + ".segment"
            write(content, path + "/" + name)
        }
    }

    /// The names and bytes of all segments.
    static func contents() -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for name in names() { contents[name] = bytes(path + "/" + name) }
        return contents
    }

    private static func bytes(_ path: String) -> [UInt8] {
        do throws(FileError) {
            let file = try MappedFile.open(path: path, writable: false)
            return file.bytes.array()
        } catch {
            require(false, "\(error)")
            return []
        }
    }

    private static func names() -> [String] {
        (try? Folder.names(in: path))?.filter { $0.hasSuffix(".segment") } ?? []
    }

    private static func write(_ content: [UInt8], _ path: String) {
        do throws(FileError) {
            var file = try MappedFile.create(path: path, length: content.count)
            file.store(content.span, at: 0)
        } catch {
            require(false, "\(error)")
        }
    }
}
