// The folder that segments live in: their names, who owns it, what may be deleted.

import ClawgressBytes

/// A spool folder that this process owns: no other can open it while this object lives.
public final class SpoolFolder: Sendable {
    /// The folder's path.
    public let path: String
    private let lock: FileLock

    /// Takes ownership of a folder, creating it if need be.
    ///
    /// - Throws: `SpoolError.owned` if another process has it.
    public init(path: String) throws(SpoolError) {
        self.path = path
        do throws(FileError) {
            try Folder.create(path)
            lock = try FileLock(path: path + "/lock")
        } catch {
            throw error.isHeldElsewhere ? .owned(folder: path) : .file(error)
        }
    }

    /// Deletes segments by number, if nothing is open in them any more.
    ///
    /// Call it when all events and gap records of theirs are safe elsewhere. A segment that a
    /// writer still uses, or has not given back yet, stays: ask again later.
    ///
    /// - Returns: the numbers of those that are gone.
    @discardableResult
    public func acknowledge(_ numbers: [UInt64]) throws(SpoolError) -> [UInt64] {
        try SegmentFiles.removeSealed(numbers, in: path)
    }

    /// Brings what segments hold now to the disk, and waits for it; those that are gone, or were
    /// finished and brought there before, need nothing.
    public func synchronise(_ numbers: [UInt64]) throws(SpoolError) {
        var changing: [UInt64] = []
        for number in numbers where try !SegmentFiles.isDurable(number, in: path) {
            changing.append(number)
        }
        try SegmentFiles.synchronise(changing, in: path)
    }

    /// Bytes that all segments take now.
    public func bytes() throws(SpoolError) -> Int {
        try SegmentFiles.bytes(in: path)
    }
}

/// Segment files by number.
enum SegmentFiles {
    private static var suffix: String { ".segment" }

    static func path(_ number: UInt64, in folder: String) -> String {
        let digits = String(number, radix: 16)
        return folder + "/" + String(repeating: "0", count: 16 - digits.count) + digits + suffix
    }

    /// The numbers of all segment files, ascending.
    static func numbers(in folder: String) throws(SpoolError) -> [UInt64] {
        do throws(FileError) {
            return try Folder.names(in: folder).compactMap { name in
                guard name.count == 16 + suffix.count, name.hasSuffix(suffix) else { return nil }
                return UInt64(name.prefix(16), radix: 16)
            }.sorted()
        } catch {
            throw .file(error)
        }
    }

    /// The bytes that all segment files take.
    static func bytes(in folder: String) throws(SpoolError) -> Int {
        try numbers(in: folder).reduce(0) { sum, number in
            sum + (Folder.length(ofFile: path(number, in: folder)) ?? 0)
        }
    }

    static func synchronise(_ numbers: [UInt64], in folder: String) throws(SpoolError) {
        for number in numbers {
            do throws(FileError) {
                try Folder.synchronise(file: path(number, in: folder))
            } catch {
                // A segment that was finished, acknowledged and deleted in the meantime.
                guard !error.isMissing else { continue }
                throw .file(error)
            }
        }
    }

    /// Whether everything of a segment is on the disk for good, or it is gone.
    static func isDurable(_ number: UInt64, in folder: String) throws(SpoolError) -> Bool {
        try isGone(number, in: folder, or: { $0.isDurable })
    }

    /// Whether a segment is not there any more, or is as it is asked for; one that is not whole yet
    /// is neither.
    private static func isGone(
        _ number: UInt64,
        in folder: String,
        or isSo: (borrowing SegmentView) -> Bool
    ) throws(SpoolError) -> Bool {
        do throws(SpoolError) {
            return isSo(try SegmentView(number: number, in: folder))
        } catch .malformed {
            return false
        } catch .file(let error) where error.isMissing {
            return true
        }
    }

    static func remove(_ number: UInt64, in folder: String) throws(SpoolError) {
        do throws(FileError) {
            try Folder.remove(file: path(number, in: folder))
        } catch {
            throw .file(error)
        }
    }

    static func removeSealed(
        _ numbers: [UInt64],
        in folder: String
    ) throws(SpoolError) -> [UInt64] {
        var removed: [UInt64] = []
        for number in numbers {
            guard try isGone(number, in: folder, or: { $0.isSealed }) else { continue }
            try remove(number, in: folder)
            removed.append(number)
        }
        return removed
    }
}
