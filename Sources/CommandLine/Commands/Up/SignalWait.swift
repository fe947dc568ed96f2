// Waiting for signals as one waits for anything else, instead of being interrupted by them: the
// loop of `clawgress up` wakes when a child ends, when it is told to stop, or when time is up.

import Glibc

/// The signals that `clawgress up` waits for.
enum SignalWait {
    /// No signal at all.
    static var emptySet: sigset_t {
        var set = sigset_t()
        // unsafe: the call fills the one local value whose address it is given.
        _ = unsafe sigemptyset(&set)
        return set
    }

    private static var awaited: sigset_t {
        var set = emptySet
        for signal in [SIGCHLD, SIGTERM, SIGINT, SIGHUP] {
            // unsafe: the call changes the one local value whose address it is given.
            _ = unsafe sigaddset(&set, signal)
        }
        return set
    }

    /// Keeps the signals for `next`; to be called before there is a second thread.
    static func begin() {
        var set = awaited
        // unsafe: the call reads the one local value whose address it is given.
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The next signal; nil if none came within so many milliseconds.
    static func next(within milliseconds: Int64) -> Int32? {
        var set = awaited
        let bounded = max(milliseconds, 0)
        var time = timespec(
            tv_sec: Int(bounded / 1_000),
            tv_nsec: Int(bounded % 1_000) * 1_000_000
        )
        // unsafe: the call reads the two local values whose addresses it is given.
        let signal = unsafe sigtimedwait(&set, nil, &time)
        return signal > 0 ? signal : nil
    }
}
