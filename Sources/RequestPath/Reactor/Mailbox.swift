// How other threads speak to a worker: a bounded queue and one wake-up. Never used on the way
// of a warm request, so a lock is right: it is simple and it is correct.

import CLinux
import Synchronization

/// A bounded queue of messages with an eventfd that a poller can watch.
public final class Mailbox<Message: Sendable>: Sendable {
    private let queue: Mutex<[Message]>
    private let bound: Int
    private let wakeUp: Int32

    /// Makes a mailbox of at most `bound` waiting messages; nil without a descriptor.
    public init?(bound: Int) {
        let number = cl_wake_descriptor()
        guard number >= 0 else { return nil }
        wakeUp = number
        self.bound = bound
        queue = Mutex([])
    }

    deinit {
        close(wakeUp)
    }

    /// The descriptor that becomes readable when messages wait.
    public var descriptor: Descriptor { Descriptor(wakeUp) }

    /// Puts a message in and wakes the reader.
    ///
    /// - Returns: false if the mailbox is full; the message is dropped and the caller says so.
    @discardableResult
    public func post(_ message: Message) -> Bool {
        let accepted = queue.withLock { waiting in
            guard waiting.count < bound else { return false }
            waiting.append(message)
            return true
        }
        if accepted { ring() }
        return accepted
    }

    /// Puts a message in that must not be lost, and waits for room while the mailbox is full.
    ///
    /// For a task, never for a thread that serves. If the task is cancelled meanwhile, the message is
    /// dropped.
    public func deliver(_ message: Message) async {
        while !post(message) {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    /// Takes all waiting messages, oldest first.
    public func takeAll() -> [Message] {
        var counter: UInt64 = 0
        read(wakeUp, &counter, 8)
        return queue.withLock { waiting in
            let taken = waiting
            waiting.removeAll(keepingCapacity: true)
            return taken
        }
    }

    /// Blocks the calling thread until messages wait or the time is over.
    public func wait(milliseconds: Int32) -> [Message] {
        var entry = pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, milliseconds)
        return takeAll()
    }

    private func ring() {
        var one: UInt64 = 1
        write(wakeUp, &one, 8)
    }
}
