// The journal on the disk: files of groups, appended and synchronised before anything of them is
// acknowledged, and removed when tree and ledger need them no more.

import ClawgressBytes
import Synchronization

/// What a journal holds at a start.
struct JournalContent {
    /// The index of the first entry that is there; nil without files.
    var first: Int?
    /// The index behind the last one.
    var next = 0
}

/// The journal of one log; used by one task at a time.
final class Journal: Sendable {
    private struct State: ~Copyable, Sendable {
        /// The file that is written; nil before the first group of this process.
        var file: OpenFile?
        /// How many bytes it has; 0 without a file.
        var length = 0
        /// Where its last group ends.
        var end = 0
        /// First indices of the files that are not written any more, ascending; each ends where
        /// the next begins.
        var older: [Int] = []
        var activeFirst = 0
        /// What a crash left to be done, once everything was read and fits together.
        var repair: Repair?
    }

    private enum Repair {
        case remove(String)
        case cut(String, at: Int)
    }

    private let folder: String
    private let fileBytes: Int
    private let disk: LogDisk
    private let state = Mutex(State())

    /// - Parameter fileBytes: how long a file is; one group may make it longer.
    init(folder: String, fileBytes: Int, disk: LogDisk) {
        self.folder = folder
        self.fileBytes = fileBytes
        self.disk = disk
    }

    private func path(_ first: Int) -> String {
        let digits = String(first)
        return "\(folder)/journal-" + String(repeating: "0", count: 20 - digits.count) + digits
    }

    /// The greatest length of a file that is read.
    private static var fileBytesMax: Int { 1 << 30 }

    /// Reads all files and changes nothing; ``repair()`` is to follow.
    ///
    /// - Parameter entry: is given each entry with its index, in order.
    /// - Throws: `JournalError`.
    func recover(
        _ entry: (Int, [UInt8]) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalContent {
        var content = JournalContent()
        let firsts = try Self.onDisk { () throws(FileError) in
            try Folder.names(in: folder)
        }.compactMap { name in
            name.hasPrefix("journal-") ? Int(name.dropFirst("journal-".count)) : nil
        }.sorted()
        for first in firsts {
            if let expected = content.first.map({ _ in content.next }), first != expected {
                throw .missing(from: min(expected, first), to: max(expected, first))
            }
            let isLast = first == firsts.last
            let next = try recover(fileAt: first, isLast: isLast, entry)
            if content.first == nil { content.first = first }
            content.next = next
        }
        return content
    }

    private func recover(
        fileAt first: Int,
        isLast: Bool,
        _ entry: (Int, [UInt8]) throws(JournalError) -> Void
    ) throws(JournalError) -> Int {
        let path = path(first)
        let bytes = try Self.onDisk { () throws(FileError) in
            try WholeFile.read(path, bytesMax: Self.fileBytesMax)
        }
        // The head is written with the first group; a file without one was never used.
        if isLast, JournalFormat.first(inHead: bytes.span) == nil {
            guard !JournalScan.hasGroup(bytes.span, from: 0) else {
                throw .damaged(path: path, offset: 0)
            }
            state.withLock { $0.repair = .remove(path) }
            return first
        }
        let scan = try JournalScan(bytes.span, first: first, path: path)
        var index = first
        for group in scan.groups {
            for range in group.entries {
                try entry(index, Array(bytes[range]))
                index += 1
            }
        }
        state.withLock { state in
            if isLast {
                state.repair = scan.groups.isEmpty ? .remove(path) : .cut(path, at: scan.end)
            }
            if !isLast || !scan.groups.isEmpty { state.older.append(first) }
        }
        return scan.next
    }

    /// Cuts off what a crash left of the last group, and waits until the rest is on the disk.
    ///
    /// - Throws: `FileError`.
    func repair() throws(FileError) {
        switch state.withLock({ $0.repair.take() }) {
        case nil: return
        case .remove(let path): try disk.remove(file: path)
        case .cut(let path, let end):
            let file = try OpenFile(path: path, creating: false)
            try disk.truncate(file, to: end)
            try disk.synchronise(file)
            try disk.synchronise(folder: folder)
        }
    }

    private static func onDisk<Answer>(
        _ work: () throws(FileError) -> Answer
    ) throws(JournalError) -> Answer {
        do throws(FileError) {
            return try work()
        } catch {
            throw .file(error)
        }
    }

    /// Appends a group and waits until it is on the disk.
    ///
    /// - Parameters:
    ///   - first: the index of its first entry.
    ///   - reach: is told when the bytes are written and not yet synchronised.
    /// - Throws: `FileError`. On a full disk, or with too many open files, nothing is appended and the
    ///   call may be repeated; after any other error nobody knows, and the process has to end.
    func append(
        _ entries: [[UInt8]],
        first: Int,
        reach: @Sendable () -> Void
    ) throws(FileError) {
        let group = JournalFormat.group(entries, first: first)
        let failure = state.withLock { state -> FileError? in
            do throws(FileError) {
                try append(group, first, &state, reach)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func append(
        _ group: [UInt8],
        _ first: Int,
        _ state: inout State,
        _ reach: @Sendable () -> Void
    ) throws(FileError) {
        if state.end + group.count <= state.length {
            try write(group, state, reach)
            state.end += group.count
            return
        }
        if state.length > 0 { state.older.append(state.activeFirst) }
        state.file = nil
        (state.length, state.end) = (0, 0)
        let content = JournalFormat.fileHead(first: first) + group
        let length = max(fileBytes, content.count)
        let path = path(first)
        let file = try disk.create(file: path, length: length)
        do throws(FileError) {
            try disk.write(content[...], to: file, at: 0)
            reach()
            try disk.synchronise(file)
            try disk.synchronise(folder: folder)
        } catch {
            if error.isDiskFull || error.isOutOfFiles { try? Folder.remove(file: path) }
            throw error
        }
        state.file = consume file
        (state.length, state.end, state.activeFirst) = (length, content.count, first)
    }

    private func write(
        _ group: [UInt8],
        _ state: borrowing State,
        _ reach: @Sendable () -> Void
    ) throws(FileError) {
        switch state.file {
        case .none: preconditionFailure("a file without length has no room")
        case .some(let file):
            try disk.write(group[...], to: file, at: state.end)
            reach()
            try disk.synchronise(file)
        }
    }

    /// The first entry that is there; nil if there is none.
    var oldest: Int? {
        state.withLock { $0.older.first ?? ($0.length == 0 ? nil : $0.activeFirst) }
    }

    /// Whether ``remove(below:)`` would remove a file.
    func hasFiles(below index: Int) -> Bool {
        state.withLock { Self.removable($0, index) > 0 }
    }

    /// Removes the files all of whose entries are below `index`.
    ///
    /// - Throws: `FileError`.
    func remove(below index: Int) throws(FileError) {
        let gone = state.withLock { state -> [Int] in
            let count = Self.removable(state, index)
            defer { state.older.removeFirst(count) }
            return Array(state.older.prefix(count))
        }
        // From the oldest on, so that what a crash leaves has no hole.
        for first in gone { try disk.remove(file: path(first)) }
    }

    private static func removable(_ state: borrowing State, _ index: Int) -> Int {
        let ends = state.older.dropFirst() + [state.length == 0 ? Int.max : state.activeFirst]
        return zip(state.older, ends).prefix { $0.1 <= index }.count
    }
}
