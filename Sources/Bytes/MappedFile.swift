// A file whose bytes are memory: what the process stored there survives `kill -9`, because
// the pages belong to the kernel. All checks on offsets are here, so the spool above is safe.

import CLinux
public import Synchronization

/// Why a file could not be mapped: the system's error number and what was tried.
public struct FileError: Error, Equatable, CustomStringConvertible {
    /// The system's error number (`errno`).
    public let code: Int32
    /// The call that failed, such as `fallocate`.
    public let operation: String
    /// The file's path.
    public let path: String

    /// Describes a failed call.
    public init(code: Int32, operation: String, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// One line: operation, path, the system's words.
    public var description: String {
        "\(operation) `\(path)`: \(String(cString: strerror(code)))"
    }
}

/// A whole file mapped shared into memory.
///
/// One writer stores bytes and then publishes a word with ``publish(_:at:)``; readers in other
/// processes see the word only after the bytes.
public struct MappedFile: ~Copyable, @unchecked Sendable {
    // @unchecked: the mapping is owned by this value alone, which cannot be copied.
    @usableFromInline let base: UnsafeMutableRawPointer
    /// The mapped length in bytes.
    public let length: Int

    private init(base: UnsafeMutableRawPointer, length: Int) {
        self.base = base
        self.length = length
    }

    deinit {
        munmap(base, length)
    }

    /// Creates a file whose blocks are all allocated and whose pages are all present.
    ///
    /// A sparse mapping on a full disk would be a SIGBUS at some later store; here a full disk
    /// is an error at once, and the unfinished file is removed.
    ///
    /// - Throws: `FileError`, with `ENOSPC` on a full disk.
    public static func create(path: String, length: Int) throws(FileError) -> MappedFile {
        let descriptor = cl_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else {
            throw FileError(code: cl_errno(), operation: "create", path: path)
        }
        defer { close(descriptor) }
        let refusal = posix_fallocate(descriptor, 0, off_t(length))
        guard refusal == 0 else {
            unlink(path)
            throw FileError(code: refusal, operation: "fallocate", path: path)
        }
        guard let base = cl_map_shared(descriptor, length, true) else {
            let code = cl_errno()
            unlink(path)
            throw FileError(code: code, operation: "mmap", path: path)
        }
        let mapped = MappedFile(base: base, length: length)
        let populated = cl_populate_for_writing(base, length)
        // EINVAL: a kernel before 5.14, where the allocated blocks alone must do.
        guard populated == 0 || populated == EINVAL else {
            unlink(path)
            throw FileError(code: populated, operation: "populate", path: path)
        }
        return mapped
    }

    /// Maps an existing file, at the length it has.
    ///
    /// - Throws: `FileError`; an empty file is `EINVAL`.
    public static func open(path: String, writable: Bool) throws(FileError) -> MappedFile {
        let descriptor = cl_open(path, writable ? O_RDWR : O_RDONLY, 0)
        guard descriptor >= 0 else {
            throw FileError(code: cl_errno(), operation: "open", path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileError(code: cl_errno(), operation: "stat", path: path)
        }
        guard let base = cl_map_shared(descriptor, Int(status.st_size), writable) else {
            throw FileError(code: cl_errno(), operation: "mmap", path: path)
        }
        return MappedFile(base: base, length: Int(status.st_size))
    }

    /// All bytes of the file, for reading.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            let span = Span<UInt8>(
                _unsafeStart: base.assumingMemoryBound(to: UInt8.self),
                count: length
            )
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Copies `source` to `offset`; both ends are checked.
    @inlinable
    public mutating func store(_ source: Span<UInt8>, at offset: Int) {
        precondition(offset >= 0 && source.count <= length - offset, "store outside the mapping")
        source.withUnsafeBytes { bytes in
            guard let from = bytes.baseAddress else { return }
            (base + offset).copyMemory(from: from, byteCount: bytes.count)
        }
    }

    /// Stores a little-endian integer at `offset`.
    @inlinable
    public mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
        littleEndian value: Value,
        at offset: Int
    ) {
        precondition(
            offset >= 0 && MemoryLayout<Value>.size <= length - offset,
            "store outside the mapping"
        )
        base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }

    /// Stores a word with releasing order: whoever sees it sees all that was stored before.
    ///
    /// - Precondition: `offset` is a multiple of four.
    @inlinable
    public mutating func publish(_ value: UInt32, at offset: Int) {
        precondition(
            offset >= 0 && offset & 3 == 0 && 4 <= length - offset,
            "publish outside the mapping"
        )
        (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
            .pointee.store(value.littleEndian, ordering: .releasing)
    }

    /// Loads a word with acquiring order, the counterpart of ``publish(_:at:)``.
    @inlinable
    public func observe(at offset: Int) -> UInt32 {
        precondition(
            offset >= 0 && offset & 3 == 0 && 4 <= length - offset,
            "observe outside the mapping"
        )
        return UInt32(
            littleEndian: (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
                .pointee.load(ordering: .acquiring)
        )
    }

    /// Asks the kernel to begin writing changed pages; returns 0 or an errno.
    public func synchronise(wait: Bool) -> Int32 {
        msync(base, length, wait ? MS_SYNC : MS_ASYNC) == 0 ? 0 : cl_errno()
    }
}
