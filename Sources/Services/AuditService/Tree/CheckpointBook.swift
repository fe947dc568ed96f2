// The checkpoints that were signed, and the newest one where readers look for it. The book
// is written first: what was published is in it, whatever ended the process.

import ClawgressBytes
import ClawgressTransparencyLog
import Synchronization

/// The files `checkpoints` and `log/checkpoint`; used by one task at a time.
final class CheckpointBook: Sendable {
    struct State: ~Copyable, Sendable {
        var file: OpenFile
        var length: Int
        /// When it is longer, old checkpoints are made fewer.
        var lengthMax: Int
    }

    /// Where the book is.
    let path: String
    /// How long it may be before old checkpoints are made fewer.
    let bytesMax: Int
    let disk: LogDisk
    let state: Mutex<State>
    private let published: String
    /// Where files are made before they are put in place.
    let staged: String
    /// The last checkpoint in the book when it was opened.
    let last: SignedNote?

    /// Longer than two notes of ours.
    private static var tailBytes: Int { 65_536 }

    /// Opens the book, cuts off what a crash left of its last entry.
    init(
        book: String,
        published: String,
        staging: String,
        bytesMax: Int,
        disk: LogDisk
    ) throws(FileError) {
        let isNew = Folder.length(ofFile: book) == nil
        let file =
            try isNew
            ? disk.create(file: book, length: 0) : OpenFile(path: book, creating: false)
        let length = try file.length()
        let start = max(0, length - Self.tailBytes)
        let tail = try file.read(at: start, count: length - start)
        let (note, end) = Self.last(in: tail)
        if start + end < length {
            try disk.truncate(file, to: start + end)
            try disk.synchronise(file)
        }
        last = note
        path = book
        self.bytesMax = bytesMax
        self.published = published
        // Two books are written at the same time, each makes its files apart.
        staged = "\(staging)/\(published.split(separator: "/").last ?? "")"
        self.disk = disk
        state = Mutex(State(file: file, length: start + end, lengthMax: bytesMax))
    }

    /// The last whole note in the end of a book, and where it ends.
    ///
    /// Each note is followed by an empty line; its signature lines are told by their dash.
    private static func last(in tail: [UInt8]) -> (SignedNote?, Int) {
        let dash = Array("\u{2014} ".utf8)
        var (start, end): (Int, Int) = (0, 0)
        var note: SignedNote?
        var lineStart = 0
        var wasSignature = false
        for (place, byte) in tail.enumerated() where byte == UInt8(ascii: "\n") {
            let line = tail[lineStart..<place]
            if line.isEmpty, wasSignature {
                // The first one may have lost its beginning.
                if let whole = try? SignedNote(Array(tail[start..<place])) { note = whole }
                start = place + 1
                end = place + 1
            }
            wasSignature = line.starts(with: dash)
            lineStart = place + 1
        }
        return (note, end)
    }

    /// Keeps a checkpoint and publishes it.
    func add(_ note: SignedNote, reach: @Sendable () -> Void) throws(FileError) {
        let failure = state.withLock { state -> FileError? in
            do throws(FileError) {
                try keep(note, &state)
                return nil
            } catch {
                // The rest of a half-written note must not stay behind a shorter one.
                try? state.file.truncate(to: state.length)
                return error
            }
        }
        if let failure { throw failure }
        reach()
        try publish(note)
    }

    private func keep(_ note: SignedNote, _ state: inout State) throws(FileError) {
        let bytes = Array("\(note.encoded)\n".utf8)
        try disk.write(bytes[...], to: state.file, at: state.length)
        try disk.synchronise(state.file)
        state.length += bytes.count
    }

    /// Puts a checkpoint where readers look for it.
    func publish(_ note: SignedNote) throws(FileError) {
        try ReplacedFile.write(
            Array(note.encoded.utf8),
            to: published,
            staging: staged,
            disk
        )
    }
}

/// Small files of the state folder, replaced whole.
enum ReplacedFile {
    /// Replaces a file in one step that survives a crash.
    static func write(
        _ content: [UInt8],
        to path: String,
        staging: String,
        _ disk: LogDisk
    ) throws(FileError) {
        try disk.remove(file: staging)
        do throws(FileError) {
            let file = try disk.create(file: staging, length: 0)
            try disk.write(content[...], to: file, at: 0)
            try disk.synchronise(file)
        } catch {
            try? Folder.remove(file: staging)
            throw error
        }
        try disk.move(staging, to: path)
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        try disk.synchronise(folder: String(path[..<end]))
    }
}
