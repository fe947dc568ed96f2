// The kernel's list of what is ready. Edge-triggered and registered once: a connection costs
// one `epoll_ctl` in its whole life, and the price is that readers must remember what they
// left unread.

public import CLinux

/// What happened to a descriptor.
public struct Readiness: BitwiseCopyable, Sendable {
    /// The token the descriptor was registered with.
    public let token: UInt64
    @usableFromInline let events: UInt32

    @inlinable
    init(token: UInt64, events: UInt32) {
        self.token = token
        self.events = events
    }

    /// Bytes, an end or an error wait to be read.
    @inlinable
    public var isReadable: Bool {
        events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue)
            != 0
    }

    /// Bytes can be written, or an error waits.
    @inlinable
    public var isWritable: Bool {
        events & (EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }

    /// The connection failed, or its peer reset it.
    @inlinable
    public var isBroken: Bool { events & EPOLLERR.rawValue != 0 }

    /// The peer will send no more, or both directions are gone.
    @inlinable
    public var isEnding: Bool {
        events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }
}

/// An epoll instance with its own room for events.
public struct Poller: ~Copyable {
    @usableFromInline let number: Int32
    @usableFromInline let events: UnsafeMutablePointer<epoll_event>
    @usableFromInline let capacity: Int

    /// Makes a poller that reports up to `capacity` events at a time; nil if the kernel refuses.
    public init?(capacity: Int = 512) {
        let number = cl_epoll_create()
        guard number >= 0 else { return nil }
        self.number = number
        self.capacity = capacity
        events = .allocate(capacity: capacity)
    }

    deinit {
        close(number)
        events.deallocate()
    }

    /// Watches a connection for everything, edge-triggered.
    ///
    /// - Returns: whether the kernel agreed.
    @inlinable
    public func watch(_ descriptor: Descriptor, token: UInt64) -> Bool {
        let mask = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        return cl_epoll_add(number, descriptor.number, mask, token) == 0
    }

    /// Watches a listener or a mailbox for input, level-triggered.
    @inlinable
    public func watchInput(_ descriptor: Descriptor, token: UInt64) -> Bool {
        cl_epoll_add(number, descriptor.number, EPOLLIN.rawValue, token) == 0
    }

    /// Stops watching a descriptor that stays open.
    public func forget(_ descriptor: Descriptor) {
        epoll_ctl(number, EPOLL_CTL_DEL, descriptor.number, nil)
    }

    /// Waits for events.
    ///
    /// - Parameter milliseconds: how long; negative for as long as it takes.
    /// - Returns: the number of events, to be read by ``event(_:)``.
    @inlinable
    public func wait(milliseconds: Int32) -> Int {
        max(Int(epoll_wait(number, events, Int32(capacity), milliseconds)), 0)
    }

    /// The event at `index` of the last wait.
    @inlinable
    public func event(_ index: Int) -> Readiness {
        precondition(index >= 0 && index < capacity, "event index")
        return Readiness(
            token: cl_epoll_token(events + index),
            events: cl_epoll_events(events + index)
        )
    }
}
