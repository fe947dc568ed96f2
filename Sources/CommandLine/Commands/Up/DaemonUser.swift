// Whom the daemons run as. Started by root they lose every right; started by anybody else they
// run as that user. Either way they end with the process that supervises them.

import ClawgressBytes
import Glibc

/// The user of the daemons.
struct DaemonUser {
    private static var setpriv: String { "/usr/bin/setpriv" }
    private static var nobody: UInt32 { 65_534 }
    /// Runs its arguments if its parent is still the process that its first one names.
    ///
    /// A parent that ends before the kernel was asked to tell of it is never told of. Asked
    /// afterwards, as here, nothing is between the two: either there is no such parent any more, or
    /// its end will be told.
    private static var ifParentLives: [String] {
        ["/bin/sh", "-c", #"test "$PPID" = "$0" && exec "$@""#]
    }

    /// The user to become; nil to stay who we are.
    let userID: UInt32?

    static func current() -> DaemonUser {
        DaemonUser(userID: geteuid() == 0 ? nobody : nil)
    }

    /// The command line that runs `command` as this user.
    ///
    /// - Parameter isSupervised: whether it ends when the thread that starts it does; to be started
    ///   by this process.
    func command(_ command: [String], isSupervised: Bool = true) -> [String] {
        var words = [Self.setpriv, "--no-new-privs"]
        if let userID {
            words += ["--reuid=\(userID)", "--regid=\(userID)", "--clear-groups"]
            words += ["--inh-caps=-all", "--bounding-set=-all"]
        }
        if isSupervised {
            words += ["--pdeathsig", "TERM"] + Self.ifParentLives + ["\(getpid())"]
        }
        return words + command
    }

    /// Makes a folder that only this user can enter, unless it is there.
    func makeFolder(_ path: String) throws {
        try Self.makeFolder(path, mode: 0o700)
        try giveAway(path)
    }

    /// Writes a file that only this user can read.
    func write(_ text: String, to path: String) throws {
        try WholeFile.replace(path, with: Array(text.utf8), mode: 0o600)
        try giveAway(path)
    }

    /// Makes a file or folder this user's.
    func giveAway(_ path: String) throws(FileError) {
        guard let userID else { return }
        // unsafe: the path's characters are lent to the call, which does not keep them.
        guard unsafe lchown(path, userID, userID) == 0 else {
            throw FileError(code: errno, operation: "chown", path: path)
        }
    }

    /// Makes a file or folder of this user's ours again.
    func takeBack(_ path: String) throws(FileError) {
        guard userID != nil else { return }
        // unsafe: the path's characters are lent to the call, which does not keep them.
        guard unsafe lchown(path, geteuid(), getegid()) == 0 else {
            throw FileError(code: errno, operation: "chown", path: path)
        }
    }

    /// Whether a folder belongs to somebody else.
    func isForeign(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        // unsafe: the call reads the path and fills the one local value that it is given.
        guard unsafe lstat(path, &status) == 0 else {
            throw FileError(code: errno, operation: "lstat", path: path)
        }
        return userID.map { status.st_uid != $0 } ?? false
    }

    /// Makes a folder of ours, unless it is there.
    static func makeFolder(_ path: String, mode: UInt32) throws(FileError) {
        // unsafe: the path's characters are lent to the call, which does not keep them.
        guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else {
            throw FileError(code: errno, operation: "mkdir", path: path)
        }
        // What is another's already cannot be changed, and need not be.
        // unsafe: as above.
        _ = unsafe chmod(path, mode)
    }
}
