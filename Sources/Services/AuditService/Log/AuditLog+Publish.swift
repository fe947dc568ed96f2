// Following with the tree: its files first, then the checkpoint that needs them.

import ClawgressBytes
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Logging

extension AuditLog {
    /// Writes the files of all durable entries and signs a checkpoint over them; nothing if the
    /// newest one covers them all.
    ///
    /// A full disk, or too many open files, leaves everything as it was, to be tried again.
    public func publish() async {
        if let running = publishing { return await running.value }
        guard failure == nil, !pending.isEmpty || published == nil else { return }
        let task = Task { await publishPending() }
        publishing = task
        await task.value
        publishing = nil
    }

    private func publishPending() async {
        let (entries, tree, signer) = (pending, tree, signer)
        let (tiles, book, reach) = (tiles, book, reach)
        let result = await Self.onDisk { () throws(FileError) in
            let (next, files) = Self.grow(tree, by: entries)
            try tiles.write(files)
            reach(.tilesWritten)
            let note = Self.sign(next, signer)
            try book.add(note) { reach(.checkpointKept) }
            reach(.checkpointWritten)
            try Self.tidy(tree, files, tiles)
            return Published(tree: next, note: note)
        }
        switch result {
        case .success(let done):
            self.tree = done.tree
            published = done.note
            pending.removeFirst(entries.count)
            pendingBytes -= entries.reduce(0) { $0 + $1.bytes.count }
            note(diskFull: false)
            isOutOfFiles = false
            for follower in followers.values { follower.yield(done.tree.size) }
        case .failure(let error):
            bear(error)
        }
    }

    /// Makes old checkpoints fewer when they have become too many.
    public func thinCheckpoints() async {
        guard failure == nil else { return }
        let book = book
        switch await Self.onDisk({ () throws(LogOpeningError) in try book.thinIfLong() }) {
        case .success(let isDone): if isDone { logger.notice("old checkpoints were made fewer") }
        case .failure(.file(let error)):
            if error.isDiskFull { note(diskFull: true, error) } else { fail(error) }
        case .failure(let error):
            logger.error("the checkpoints cannot be read", metadata: ["problem": "\(error)"])
        }
    }

    private struct Published: Sendable {
        let tree: GrowingTree
        let note: SignedNote
    }

    private static func grow(
        _ tree: GrowingTree,
        by entries: [LogEntry]
    ) -> (GrowingTree, [TileFile]) {
        var next = tree
        var files: [TileFile] = []
        for entry in entries { next.append(entry, to: &files) }
        let before = Set(tree.partialFiles.map(\.name))
        files += next.partialFiles.filter { !before.contains($0.name) }
        return (next, files)
    }

    private static func sign(_ tree: GrowingTree, _ signer: NoteSigner) -> SignedNote {
        guard let checkpoint = Checkpoint(origin: signer.key.name, head: tree.edge.head),
            var note = SignedNote(text: checkpoint.text),
            (try? signer.sign(&note, time: 0)) != nil
        else { preconditionFailure("the key's name was checked, and Ed25519 signs every text") }
        return note
    }

    /// Removes the partial files whose full ones were just written.
    private static func tidy(
        _ old: GrowingTree,
        _ files: [TileFile],
        _ tiles: TileFolder
    ) throws(FileError) {
        let full = Set(files.map(\.name).filter { !$0.isPartial })
        for partial in old.partialFiles {
            let name = TileName(partial.name.kind, index: partial.name.index)
            if let name, full.contains(name) { try tiles.removePartials(of: name) }
        }
    }
}
