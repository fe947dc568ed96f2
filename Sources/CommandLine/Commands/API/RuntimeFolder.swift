// Where what must not reach a disk is kept: the operator's token, throw-away credentials. A folder
// that another user could have prepared is refused, not repaired.

import ClawgressBytes
import Foundation
import Glibc

/// A folder for as long as the machine runs.
struct RuntimeFolder {
    let path: String

    /// The folder that the environment names, or one of this user's in `/dev/shm`.
    ///
    /// `$CLAWGRESS_RUNTIME` comes first, then `$XDG_RUNTIME_DIR/clawgress`; but root's own
    /// runtime folder is closed to the daemons that root starts, so it is not used. Linux keeps
    /// `/dev/shm` in memory.
    static func path(environment: [String: String]) -> String {
        if let given = environment["CLAWGRESS_RUNTIME"], !given.isEmpty { return given }
        if geteuid() != 0, let folder = environment["XDG_RUNTIME_DIR"], !folder.isEmpty {
            return "\(folder)/clawgress"
        }
        return "/dev/shm/clawgress-\(getuid())"
    }

    /// Makes it if it is not there, and checks that nobody else can write to it.
    static func open(environment: [String: String]) throws -> RuntimeFolder {
        let path = path(environment: environment)
        // unsafe: the path's characters are lent to the call, which does not keep them.
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileError(code: errno, operation: "mkdir", path: path)
        }
        var status = stat()
        // unsafe: the call reads the path and fills the one local value that it is given.
        guard unsafe lstat(path, &status) == 0 else {
            throw FileError(code: errno, operation: "lstat", path: path)
        }
        let isOurs = status.st_uid == getuid() && status.st_mode & S_IFMT == S_IFDIR
        guard isOurs, status.st_mode & 0o022 == 0 else {
            throw CommandFailure(
                .noPermission,
                "`\(path)` is no folder that only this user can write to; remove it, or name "
                    + "another one in CLAWGRESS_RUNTIME"
            )
        }
        return RuntimeFolder(path: path)
    }

    /// Whether what is written here stays in memory.
    var isInMemory: Bool {
        guard let mounts = try? WholeFile.read("/proc/self/mounts", bytesMax: 16 << 20) else {
            return false
        }
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let type = Self.fileSystem(of: real, mounts: String(decoding: mounts, as: UTF8.self))
        return ["tmpfs", "ramfs"].contains(type)
    }

    /// The type of the file system that `path` is on: of the longest mount point above it, and of
    /// several there the last, which hides the others.
    private static func fileSystem(of path: String, mounts: String) -> String {
        var best = (length: -1, type: "")
        for line in mounts.split(separator: "\n") {
            // Device, place, type; a blank in a name is written as an octal escape.
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let place = fields[1].replacing("\\040", with: " ")
            let isAbove = place == "/" || path == place || path.hasPrefix(place + "/")
            if isAbove, place.utf8.count >= best.length {
                best = (place.utf8.count, String(fields[2]))
            }
        }
        return best.type
    }
}
