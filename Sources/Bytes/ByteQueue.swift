// Bytes that wait: the unsent rest of an answer, the head of a request that is parked. Idle
// connections have nothing waiting, so an empty queue owns no memory at all.

/// A first-in, first-out queue of bytes; 24 bytes when empty, one allocation otherwise.
public struct ByteQueue: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is owned by this value alone, which cannot be copied.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>?
    @usableFromInline var capacity: UInt32 = 0
    @usableFromInline var head: UInt32 = 0
    @usableFromInline var tail: UInt32 = 0

    /// Makes an empty queue without allocating.
    @inlinable
    public init() {
        base = nil
    }

    @inlinable
    deinit {
        base?.deallocate()
    }

    /// The number of bytes waiting.
    @inlinable
    public var count: Int { Int(tail &- head) }

    /// Whether nothing waits.
    @inlinable
    public var isEmpty: Bool { head == tail }

    /// The waiting bytes, oldest first.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            guard let base else { return _overrideLifetime(Span(), borrowing: self) }
            let span = Span(_unsafeStart: base + Int(head), count: Int(tail &- head))
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Appends all of `source`.
    public mutating func append(_ source: Span<UInt8>) {
        guard source.count > 0 else { return }
        makeRoom(for: source.count)
        source.withUnsafeBufferPointer { bytes in
            guard let from = bytes.baseAddress, let base else { return }
            (base + Int(tail)).update(from: from, count: bytes.count)
        }
        tail += UInt32(source.count)
    }

    /// Appends `source[range]`.
    @inlinable
    public mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        append(source.extracting(range))
    }

    /// Forgets the oldest `count` bytes; frees the memory when none is left.
    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "consumed more than was waiting")
        head += UInt32(count)
        if head == tail { removeAll() }
    }

    /// Moves everything that waits out; the queue is empty then.
    @inlinable
    public mutating func take() -> ByteQueue {
        var taken = ByteQueue()
        swap(&taken, &self)
        return taken
    }

    /// Forgets everything and frees the memory.
    @inlinable
    public mutating func removeAll() {
        base?.deallocate()
        base = nil
        capacity = 0
        head = 0
        tail = 0
    }

    /// Ensures that `extra` bytes fit behind the tail: by moving to the front, or to new memory.
    private mutating func makeRoom(for extra: Int) {
        let waiting = count
        if Int(capacity) - Int(tail) >= extra { return }
        if let base, Int(capacity) - waiting >= extra, Int(head) >= waiting {
            base.update(from: base + Int(head), count: waiting)
        } else {
            var size = max(Int(capacity) * 2, 1_024)
            while size < waiting + extra { size *= 2 }
            precondition(size <= Int(UInt32.max), "a queue of more than 4 GiB")
            let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
            if let base {
                fresh.update(from: base + Int(head), count: waiting)
                base.deallocate()
            }
            base = fresh
            capacity = UInt32(size)
        }
        head = 0
        tail = UInt32(waiting)
    }
}
