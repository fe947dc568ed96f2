// Comparisons and searches over spans of bytes, each a bounded loop that the optimiser can
// unroll because the bounds are checked once.

public import CLinux

extension Span<UInt8> {
    /// Whether the bytes equal `literal` exactly.
    @inlinable
    public func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        let other = UnsafeBufferPointer(start: literal.utf8Start, count: count)
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether the bytes equal `literal`, which is lower case, without regard to ASCII case.
    @inlinable
    public func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        let other = UnsafeRawPointer(literal.utf8Start)
        var index = 0
        while count - index >= 8 {
            let expected = other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard ASCII.lowercased(word(at: index)) == expected else { return false }
            index += 8
        }
        while index < count {
            guard ASCII.lowercased(self[index]) == literal.utf8Start[index] else { return false }
            index += 1
        }
        return true
    }

    /// Whether the bytes equal `other`, which is lower case, without regard to ASCII case.
    @inlinable
    public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where ASCII.lowercased(self[index]) != other[index] { return false }
        return true
    }

    /// Whether the bytes begin with `literal`, which is lower case, without regard to case.
    @inlinable
    public func hasPrefixIgnoringCase(_ literal: StaticString) -> Bool {
        let length = literal.utf8CodeUnitCount
        return count >= length && extracting(0..<length).equalsIgnoringCase(literal)
    }

    /// Whether both spans hold the same bytes.
    ///
    /// Not constant in time: never for secrets.
    @inlinable
    public func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while count - index >= 8 {
            guard word(at: index) == other.word(at: index) else { return false }
            index += 8
        }
        while index < count {
            guard self[index] == other[index] else { return false }
            index += 1
        }
        return true
    }

    /// Whether both spans hold the same bytes, in time that depends on the lengths only.
    @inlinable
    public func equalsInConstantTime(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }

    /// The first position of `byte` at or after `start`, or nil.
    ///
    /// One `memchr`.
    @inlinable
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, start < bytes.count else { return nil }
            guard let hit = memchr(base + start, Int32(byte), bytes.count - start) else {
                return nil
            }
            return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
        }
    }

    /// A copy as an array; for places off the hot path.
    @inlinable
    public func array() -> [UInt8] {
        withUnsafeBufferPointer { Array($0) }
    }

    /// The bytes as text, invalid UTF-8 replaced; for places off the hot path.
    public func string() -> String {
        withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// Eight bytes from `offset` as one little-endian word; `offset + 8` must be in bounds.
    @inlinable
    public func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count - 8, "a word outside the span")
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }

    /// A fixed-width little-endian integer at `offset`, which must be in bounds.
    @inlinable
    public func load<Value: FixedWidthInteger & BitwiseCopyable>(
        littleEndian type: Value.Type,
        at offset: Int
    ) -> Value {
        precondition(
            offset >= 0 && offset <= count - MemoryLayout<Value>.size,
            "load outside the span"
        )
        return withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
    }

    /// CRC-32C of the bytes, continuing from `seed`.
    @inlinable
    public func crc32c(seed: UInt32 = 0) -> UInt32 {
        withUnsafeBytes { cl_crc32c(seed, $0.baseAddress, $0.count) }
    }
}
