// Old checkpoints are made fewer. A log that is busy signs one a second, which is more each year than it is
// worth: each later one vouches for all that an earlier one did, and the hashes make the root of
// any size again. What goes with a checkpoint is nothing but one more signature.

import ClawgressBytes
import ClawgressTransparencyLog
import Synchronization

/// Which checkpoints of a book stay.
public struct BookThinning {
    /// Of old checkpoints one stays for so many entries: what a file of hashes of level 1 covers.
    public static var entriesEach: Int { TileName.widthMax * TileName.widthMax }

    /// From this place of the book on, all stay.
    public let whole: Int
    /// Of which entries the last checkpoint was, counted in ``entriesEach``.
    private var last: Int?

    /// Keeps all checkpoints from `whole` on.
    public init(whole: Int) {
        self.whole = whole
    }

    /// Whether the next checkpoint stays; asked again of those that stayed, the answer is the same.
    ///
    /// - Parameters:
    ///   - size: of its tree.
    ///   - offset: where it stands in the book.
    public mutating func keeps(size: Int, at offset: Int) -> Bool {
        let span = size / Self.entriesEach
        defer { last = span }
        return offset >= whole || span != last
    }
}

extension CheckpointBook {
    private static var chunkBytes: Int { 1 << 20 }

    /// Makes old checkpoints fewer if the book has become too long.
    ///
    /// That is one step, which survives a crash. The newest checkpoints stay whole, half of what
    /// the book may be long.
    ///
    /// - Returns: whether it had.
    /// - Throws: `LogOpeningError`, if the book cannot be read or written. It is as it was then, and is
    ///   left alone until it has grown by another half.
    func thinIfLong() throws(LogOpeningError) -> Bool {
        let outcome = state.withLock { state -> Result<Bool, LogOpeningError> in
            guard state.length > state.lengthMax else { return .success(false) }
            state.lengthMax = state.length + bytesMax / 2
            do throws(LogOpeningError) {
                try thin(&state)
                // What stays of the old ones grows with the log, and is not for the newest to make up.
                state.lengthMax = max(bytesMax, state.length + bytesMax / 2)
                return .success(true)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private func thin(_ state: inout State) throws(LogOpeningError) {
        let new = "\(staged).thin"
        let length: Int
        do throws(LogOpeningError) {
            length = try write(new, whole: state.length - bytesMax / 2)
        } catch {
            try? Folder.remove(file: new)
            throw error
        }
        do throws(FileError) {
            try disk.move(new, to: path)
            state.file = try OpenFile(path: path, creating: false)
            state.length = length
            let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
            try disk.synchronise(folder: String(path[..<end]))
        } catch {
            throw .file(error)
        }
    }

    /// Writes what stays of the book; how many bytes that is.
    private func write(_ new: String, whole: Int) throws(LogOpeningError) -> Int {
        var book: BookReader
        do throws(FileError) {
            book = try BookReader(path)
        } catch {
            throw .file(error)
        }
        let file: OpenFile
        do throws(FileError) {
            try disk.remove(file: new)
            file = try disk.create(file: new, length: 0)
        } catch {
            throw .file(error)
        }
        var thinning = BookThinning(whole: whole)
        var (offset, length) = (0, 0)
        var chunk: [UInt8] = []
        while let note = try book.next() {
            let bytes = Array("\(note.encoded)\n".utf8)
            defer { offset += bytes.count }
            let size = Checkpoint(text: note.text)?.head.size
            guard size.map({ thinning.keeps(size: $0, at: offset) }) ?? true else { continue }
            chunk += bytes
            guard chunk.count >= Self.chunkBytes else { continue }
            try write(&chunk, to: file, at: &length)
        }
        try write(&chunk, to: file, at: &length)
        do throws(FileError) {
            try disk.synchronise(file)
        } catch {
            throw .file(error)
        }
        return length
    }

    private func write(
        _ chunk: inout [UInt8],
        to file: borrowing OpenFile,
        at length: inout Int
    ) throws(LogOpeningError) {
        do throws(FileError) {
            try disk.write(chunk[...], to: file, at: length)
        } catch {
            throw .file(error)
        }
        length += chunk.count
        chunk.removeAll(keepingCapacity: true)
    }
}
