// Becoming another program. The command keeps its process, so signals, the terminal and the
// exit code are its own, and no parent holds its secrets any longer.

import Glibc

/// Replaces this process' program.
enum ProcessImage {
    /// Becomes the program at `path`; returns only if that failed, with the error number.
    ///
    /// - Parameters:
    ///   - arguments: the arguments, the program's own name first.
    ///   - environment: `NAME=value` texts.
    static func replace(
        with path: String,
        arguments: [String],
        environment: [String]
    ) -> Int32 {
        // unsafe: the copies are freed below only if the call returns, which means it failed.
        var arguments = unsafe arguments.map { unsafe strdup($0) } + [nil]
        // unsafe: as above.
        var environment = unsafe environment.map { unsafe strdup($0) } + [nil]
        // unsafe: both arrays end with a null pointer, as the call demands.
        _ = unsafe execve(path, &arguments, &environment)
        let failure = errno
        // unsafe: each pointer is one that was made above, and is freed once.
        let copies = unsafe arguments + environment
        // unsafe: as above.
        for place in unsafe copies.indices { unsafe free(copies[place]) }
        return failure
    }
}
