// A fixed block of bytes that is filled from the front. The workers' scratch memory and every
// text that the hot path writes live in one of these, because an `Array` would be checked for
// uniqueness at each append and could grow behind our back.

/// A fixed-capacity, append-only buffer that owns its memory.
///
/// Appending past the capacity changes nothing and sets ``overflowed``: a writer appends all
/// its pieces and asks once at the end.
///
///     var answer = ByteBuffer(capacity: 512)
///     answer.append("HTTP/1.1 ")
///     answer.append(decimal: 407)
///     guard !answer.overflowed else { ... }
public struct ByteBuffer: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is owned by this value alone, which cannot be copied.
    @usableFromInline let base: UnsafeMutablePointer<UInt8>
    /// The number of bytes that fit.
    public let capacity: Int
    @usableFromInline var filled = 0
    /// Whether an append since the last ``removeAll()`` did not fit.
    public private(set) var overflowed = false

    /// Allocates `capacity` bytes; pages are touched only when they are filled.
    public init(capacity: Int) {
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        base.deallocate()
    }

    /// The number of bytes filled so far.
    @inlinable
    public var count: Int { filled }

    /// Whether nothing was appended yet.
    @inlinable
    public var isEmpty: Bool { filled == 0 }

    /// The bytes filled so far.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            let span = Span(_unsafeStart: base, count: filled)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// The byte at `index`, counted from the front.
    @inlinable
    public subscript(index: Int) -> UInt8 {
        get {
            precondition(index >= 0 && index < filled, "index outside the buffer's filled part")
            return base[index]
        }
        set {
            precondition(index >= 0 && index < filled, "index outside the buffer's filled part")
            base[index] = newValue
        }
    }

    /// Forgets the content and the overflow; keeps the memory.
    @inlinable
    public mutating func removeAll() {
        filled = 0
        clearOverflow()
    }

    @usableFromInline
    mutating func clearOverflow() {
        overflowed = false
    }

    /// Forgets everything from `count` on, to take back a piece written in vain.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= filled, "truncation beyond the filled part")
        filled = count
    }

    /// Makes room for `size` bytes and says where, or notes the overflow.
    @inlinable
    mutating func claim(_ size: Int) -> UnsafeMutablePointer<UInt8>? {
        guard size <= capacity - filled else {
            noteOverflow()
            return nil
        }
        let start = base + filled
        filled += size
        return start
    }

    @usableFromInline
    mutating func noteOverflow() {
        overflowed = true
    }

    /// Appends one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        claim(1)?.pointee = byte
    }

    /// Appends all bytes of `source`.
    @inlinable
    public mutating func append(_ source: Span<UInt8>) {
        guard let start = claim(source.count) else { return }
        source.withUnsafeBufferPointer { bytes in
            guard let from = bytes.baseAddress else { return }
            start.update(from: from, count: bytes.count)
        }
    }

    /// Appends `source[range]`.
    @inlinable
    public mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        append(source.extracting(range))
    }

    /// Appends a literal; costs one copy, no `String`.
    @inlinable
    public mutating func append(_ literal: StaticString) {
        precondition(literal.hasPointerRepresentation, "a literal of more than one scalar")
        guard let start = claim(literal.utf8CodeUnitCount) else { return }
        start.update(from: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// Appends the UTF-8 of `text`; for places off the hot path.
    public mutating func append(text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// Appends an array's bytes.
    @inlinable
    public mutating func append(_ array: [UInt8]) {
        append(array.span)
    }

    /// Appends `value` in decimal digits, with a sign if negative.
    @inlinable
    public mutating func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Appends `value` in decimal digits.
    @inlinable
    public mutating func append(decimal value: UInt) {
        var digits = 1
        var rest = value / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        guard let start = claim(digits) else { return }
        var left = value
        var place = digits
        while place > 0 {
            place -= 1
            start[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: left % 10)
            left /= 10
        }
    }

    /// Appends `value` in exactly `width` lower-case hexadecimal digits.
    @inlinable
    public mutating func append(hexadecimal value: UInt64, width: Int) {
        guard let start = claim(width) else { return }
        for place in 0..<width {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * (width - 1 - place))) & 15
            start[place] = nibble < 10 ? 48 &+ nibble : 87 &+ nibble
        }
    }

    /// Lets `fill` write into the free part and say how many bytes it wrote; for system calls.
    ///
    /// - Parameter fill: gets the free part; returns the count written, negative for none.
    /// - Returns: what `fill` returned.
    @inlinable
    public mutating func fillFree(_ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let free = UnsafeMutableRawBufferPointer(start: base + filled, count: capacity - filled)
        let written = fill(free)
        precondition(written <= free.count, "wrote past the buffer")
        if written > 0 { filled += written }
        return written
    }

    /// Overwrites four bytes at `offset` in little-endian order, for lengths known afterwards.
    @inlinable
    public mutating func overwrite(littleEndian value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= filled, "overwrite outside the filled part")
        UnsafeMutableRawPointer(base).storeBytes(
            of: value.littleEndian,
            toByteOffset: offset,
            as: UInt32.self
        )
    }

    /// Appends a fixed-width integer in little-endian order.
    @inlinable
    public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(
        littleEndian value: Value
    ) {
        guard let start = claim(MemoryLayout<Value>.size) else { return }
        UnsafeMutableRawPointer(start).storeBytes(of: value.littleEndian, as: Value.self)
    }
}
