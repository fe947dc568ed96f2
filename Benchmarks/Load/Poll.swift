// epoll with the descriptor as the token, and waits as short as microseconds: an open-loop
// load generator that sleeps whole milliseconds measures itself.

import CLinux
import Glibc

/// An epoll instance.
final class Poll {
    private let descriptor = epoll_create1(0)
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 512)

    /// Watches a descriptor for everything, edge-triggered.
    func watch(_ watched: Int32) {
        let wanted = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        _ = cl_epoll_add(descriptor, watched, wanted, UInt64(watched))
    }

    /// Waits at most `nanoseconds` (nil: for ever) and passes each ready descriptor on.
    func wait(nanoseconds: UInt64?, _ body: (Int32) -> Void) {
        var count: Int32
        if let nanoseconds {
            var limit = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000),
                tv_nsec: Int(nanoseconds % 1_000_000_000)
            )
            count = epoll_pwait2(descriptor, events, 512, &limit, nil)
        } else {
            count = epoll_wait(descriptor, events, 512, -1)
        }
        if count < 0 { count = 0 }
        for index in 0..<Int(count) {
            body(Int32(truncatingIfNeeded: cl_epoll_token(events + index)))
        }
    }

    /// Asks the kernel not to round this thread's waits up by 50 microseconds.
    static func sharpenTimers() {
        let file = open("/proc/self/timerslack_ns", O_WRONLY)
        guard file >= 0 else { return }
        _ = Glibc.write(file, "1", 1)
        close(file)
    }
}
