// The checkpoints that are kept, one after the other: in years they are too many to be held at once.

import ClawgressBytes
import ClawgressTransparencyLog

/// Reads the file `checkpoints` from its beginning.
struct BookReader: ~Copyable {
    private static var chunkBytes: Int { 1 << 20 }

    private let file: OpenFile
    private var offset = 0
    private var chunk: ArraySlice<UInt8> = []

    /// Opens a book.
    init(_ path: String) throws(FileError) {
        file = try OpenFile(path: path, creating: false)
    }

    /// The next note with the empty line that ends it; nil at the end.
    ///
    /// What follows the last note, if a crash cut one off, is passed over: it was never published.
    mutating func next() throws(LogOpeningError) -> SignedNote? {
        var note: [UInt8] = []
        var wasSignature = false
        while let line = try nextLine() {
            if line.isEmpty, wasSignature {
                do throws(NoteError) {
                    return try SignedNote(note)
                } catch {
                    throw .tree(.checkpoint("`\(file.path)` holds no note before \(offset)"))
                }
            }
            wasSignature = line.starts(with: "\u{2014} ".utf8)
            note += line
            note.append(UInt8(ascii: "\n"))
        }
        return nil
    }

    /// The next line without its line feed; nil if none is whole.
    private mutating func nextLine() throws(LogOpeningError) -> ArraySlice<UInt8>? {
        while true {
            if let end = chunk.firstIndex(of: UInt8(ascii: "\n")) {
                defer { chunk = chunk[(end + 1)...] }
                return chunk[..<end]
            }
            let more: [UInt8]
            do throws(FileError) {
                more = try file.read(at: offset, count: Self.chunkBytes)
            } catch {
                throw .file(error)
            }
            guard !more.isEmpty else { return nil }
            offset += more.count
            chunk = (chunk + more)[...]
        }
    }
}
