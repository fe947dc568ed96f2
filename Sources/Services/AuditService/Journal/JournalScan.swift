// Reading a journal file after whatever ended the process that wrote it.

public import ClawgressBytes
public import ClawgressRecords

/// Why a journal cannot be gone on with; a person has to look.
public enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file is none of ours, or its name and its content differ.
    case notJournal(path: String)
    /// What was acknowledged is damaged: valid groups stand behind it.
    case damaged(path: String, offset: Int)
    /// Entries are missing between two files, or between the tree and the first one.
    case missing(from: Int, to: Int)
    /// An entry is no record.
    case entry(index: Int, RecordRefusal)
    /// A file could not be read or written.
    case file(FileError)

    /// One sentence.
    public var description: String {
        switch self {
        case .notJournal(let path): "`\(path)` is no journal of this log"
        case .damaged(let path, let offset):
            "`\(path)` is damaged at byte \(offset), and acknowledged records stand behind it: "
                + "restore the folder from a copy, or the disk"
        case .missing(let from, let to):
            "the journal has no entries \(from) to \(to - 1), which were acknowledged: "
                + "restore the folder from a copy"
        case .entry(let index, let refusal):
            "the journal's entry \(index) is no record: \(refusal)"
        case .file(let error): error.description
        }
    }
}

/// What is in a journal file.
struct JournalScan {
    /// The groups in order.
    private(set) var groups: [JournalGroup] = []
    /// The index behind the last entry.
    private(set) var next: Int
    /// Where the last valid group ends.
    private(set) var end = JournalFormat.fileHeadBytes

    /// Reads a whole file.
    ///
    /// - Parameter first: the index of the first entry, by the file's name.
    /// - Throws: `JournalError`.
    init(_ bytes: Span<UInt8>, first: Int, path: String) throws(JournalError) {
        next = first
        guard JournalFormat.first(inHead: bytes) == first else {
            throw .notJournal(path: path)
        }
        while let group = JournalGroup(in: bytes, at: end), group.first == next {
            groups.append(group)
            next += group.entries.count
            end = group.end
        }
        guard !Self.hasGroup(bytes, from: end) else {
            throw .damaged(path: path, offset: end)
        }
    }

    /// Whether a valid group is anywhere in the rest.
    static func hasGroup(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        var place = start
        while let hit = bytes.firstIndex(of: 0xFF, from: place) {
            if JournalGroup(in: bytes, at: hit) != nil { return true }
            place = hit + 1
        }
        return false
    }
}
