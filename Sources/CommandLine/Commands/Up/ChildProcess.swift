// One process that `clawgress up` started. No shell reads its words, and it is started without
// threads of ours in between, because the kernel ends it with the thread that made it: nothing
// outlives us.

import ClawgressBytes
import Glibc

/// A child of this process.
struct ChildProcess {
    let pid: pid_t

    /// Starts `arguments` (the program's path first), appending its output to `log`.
    ///
    /// - Parameters:
    ///   - output: the file for standard output, if it is not to go there; appended to as well.
    ///   - newSession: whether it is to live on without our terminal.
    /// - Throws: ``FileError`` with the program's path.
    static func start(
        _ arguments: [String],
        environment: [String: String],
        log: String,
        output: String? = nil,
        newSession: Bool = false
    ) throws(FileError) -> ChildProcess {
        // unsafe: initialised by the next call, and destroyed when this function ends.
        var files = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&files)
        defer { unsafe posix_spawn_file_actions_destroy(&files) }
        let appending = O_WRONLY | O_CREAT | O_APPEND
        // unsafe: the calls copy the paths that they are given.
        unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log, appending, 0o600)
        if let output {
            // unsafe: as above.
            unsafe posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, appending, 0o600)
        } else {
            // unsafe: the call changes what it is given the address of.
            unsafe posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO)
        }
        var attributes = Self.attributes(newSession: newSession)
        // unsafe: as for the file actions.
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // unsafe: the copies live until the call has returned, and are freed once.
        let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let texts = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        // unsafe: as above.
        let variables = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer {
            // unsafe: each pointer is one that was made above.
            let copies = unsafe words + variables
            for place in unsafe copies.indices { unsafe free(copies[place]) }
        }
        var pid: pid_t = 0
        // unsafe: both arrays end with a null pointer, as the call demands.
        let failure = unsafe posix_spawn(
            &pid,
            arguments[0],
            &files,
            &attributes,
            words,
            variables
        )
        guard failure == 0 else {
            throw FileError(code: failure, operation: "execute", path: arguments[0])
        }
        return ChildProcess(pid: pid)
    }

    /// The signals that we wait for are blocked here, and must not be in the child.
    private static func attributes(newSession: Bool) -> posix_spawnattr_t {
        // POSIX_SPAWN_SETSID of spawn.h, which is behind a feature macro.
        let setsid: Int32 = 0x80
        var attributes = posix_spawnattr_t()
        var none = SignalWait.emptySet
        // unsafe: the calls read and fill the two local values whose addresses they are given.
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | (newSession ? setsid : 0)
        // unsafe: as above.
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    /// How it ended; nil while it runs.
    func end() -> Ending? {
        var status: Int32 = 0
        // unsafe: the call fills the one local value whose address it is given.
        let ended = unsafe waitpid(pid, &status, WNOHANG) == pid
        return ended ? Ending(status: status) : nil
    }

    /// Waits until it has ended.
    func waitForEnd() -> Ending {
        var status: Int32 = 0
        // unsafe: the call fills the one local value whose address it is given.
        while unsafe waitpid(pid, &status, 0) == -1 && errno == EINTR { continue }
        return Ending(status: status)
    }

    /// Sends a signal.
    func send(_ signal: Int32) {
        _ = kill(pid, signal)
    }

    /// How a process ended, as wait(2) encodes it.
    struct Ending: CustomStringConvertible {
        let status: Int32

        var isSuccess: Bool { status == 0 }

        var description: String {
            let signal = status & 0x7F
            return signal == 0
                ? "ended with exit code \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
        }
    }
}
