// Between two looks at a file that grows. What is waited for is the end of whoever reads us:
// `events tail -f | head` must end with `head`, also when no event comes any more.

import Glibc

/// Waiting while a file is followed.
enum FollowWait {
    /// Milliseconds between two looks.
    private static var interval: Int32 { 200 }

    /// Waits until the next look is due, or standard output has no reader.
    ///
    /// - Returns: whether to go on; false if nobody reads any longer.
    static func next() -> Bool {
        isOutputRead(within: interval)
    }

    /// Whether standard output has a reader after so many milliseconds, as far as one can know.
    static func isOutputRead(within milliseconds: Int32) -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        // unsafe: the call reads and fills the one local value whose address it is given.
        return unsafe poll(&output, 1, milliseconds) <= 0
    }
}
