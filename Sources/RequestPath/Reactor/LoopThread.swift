// A kernel thread for a loop that never returns to Swift's concurrency pool: a worker must
// not share its thread, and the pool must not lose one.

import CLinux

/// Starts threads that run one closure each.
public enum LoopThread {
    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a detached thread with `name` (at most 15 bytes are shown by the kernel).
    ///
    /// - Returns: whether the thread runs.
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Start(body)).toOpaque()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            context
        )
        guard code == 0 else {
            Unmanaged<Start>.fromOpaque(context).release()
            return false
        }
        cl_name_thread(thread, String(name.prefix(15)))
        pthread_detach(thread)
        return true
    }
}
