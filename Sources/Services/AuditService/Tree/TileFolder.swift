// The log's files: written beside, synchronised, and put in place, so that a file is there whole or
// not at all; read for proofs, for readers, and for going on after a start.

public import ClawgressBytes
import ClawgressTransparencyLog

/// Why the log's files cannot be gone on with; a person has to look.
public enum TreeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file that the checkpoint needs is not there.
    case missing(path: String)
    /// A file has another content than its place demands.
    case damaged(path: String)
    /// The tiles are of another tree than the one that was signed.
    case otherTree(size: Int)
    /// The kept checkpoint is none of this key, or of this log.
    case checkpoint(String)
    /// The published checkpoint is ahead of those that were kept.
    case rolledBack(kept: Int, published: Int)
    /// A file could not be read or written.
    case file(FileError)

    /// One sentence.
    public var description: String {
        switch self {
        case .missing(let path): "`\(path)` is missing, and the checkpoint needs it"
        case .damaged(let path): "`\(path)` is damaged"
        case .otherTree(let size):
            "the tiles are not those of the signed tree of \(size) entries: restore from a copy"
        case .checkpoint(let reason): "the last checkpoint cannot be gone on with: \(reason)"
        case .rolledBack(let kept, let published):
            "`log/checkpoint` is of \(published) entries, but `checkpoints` ends at \(kept): "
                + "the folder was put together from different times"
        case .file(let error): error.description
        }
    }
}

/// The folder `log`.
struct TileFolder: Sendable {
    /// Where the log's files are.
    let path: String
    /// Where they are made.
    let staging: String
    let disk: LogDisk

    /// No full bundle is longer.
    private static var fileBytesMax: Int { 256 * (EntryBundle.entryBytesMax + 2) }
    /// How many files are open at a time.
    private static var filesAtOnce: Int { 256 }

    func file(_ name: TileName) -> String { "\(path)/\(name.path)" }

    /// The content of a file; nil if the log has no such file.
    ///
    /// The content of one that is not full stands at the beginning of the full one, which took
    /// its place.
    func read(_ name: TileName) throws(FileError) -> [UInt8]? {
        let bytesMax = Self.fileBytesMax
        if let content = try WholeFile.readIfPresent(file(name), bytesMax: bytesMax) {
            return content
        }
        guard name.isPartial, let full = TileName(name.kind, index: name.index),
            let content = try WholeFile.readIfPresent(file(full), bytesMax: bytesMax)
        else { return nil }
        guard case .entries = name.kind else {
            return Array(content.prefix(name.width * TreeHash.length))
        }
        var end = 0
        for _ in 0..<name.width where end + 2 <= content.count {
            end += 2 + Int(content[end]) << 8 + Int(content[end + 1])
        }
        return Array(content.prefix(end))
    }

    /// Puts files in place, and waits until they are on the disk.
    func write(_ files: [TileFile]) throws(FileError) {
        for start in stride(from: 0, to: files.count, by: Self.filesAtOnce) {
            let group = files[start..<min(start + Self.filesAtOnce, files.count)]
            try writeTogether(group)
        }
    }

    private func staged(_ place: Int) -> String { "\(staging)/\(place)" }

    private func writeTogether(_ files: ArraySlice<TileFile>) throws(FileError) {
        do throws(FileError) {
            for (place, file) in files.enumerated() {
                let open = try disk.create(file: staged(place), length: 0)
                try disk.write(file.content[...], to: open, at: 0)
            }
            try disk.synchronise(files: (0..<files.count).map(staged))
        } catch {
            for place in 0..<files.count { try? Folder.remove(file: staged(place)) }
            throw error
        }
        var folders: [String] = []
        for (place, tile) in files.enumerated() {
            let target = file(tile.name)
            try prepare(folderOf: target, &folders)
            try disk.move(staged(place), to: target)
        }
        for folder in folders { try disk.synchronise(folder: folder) }
    }

    /// Makes the folders on the way to a file; those whose names change are added to `changed`.
    private func prepare(folderOf file: String, _ changed: inout [String]) throws(FileError) {
        let words = file.dropFirst(path.count + 1).split(separator: "/").dropLast()
        var folder = path
        for word in words {
            let parent = folder
            folder += "/\(word)"
            guard Folder.length(ofFile: folder) == nil else { continue }
            try disk.create(folder: folder)
            if !changed.contains(parent) { changed.append(parent) }
        }
        if !changed.contains(folder) { changed.append(folder) }
    }

    /// Removes what was made and not put in place before the process ended.
    func clear() throws(FileError) {
        for name in try Folder.names(in: staging) { try disk.remove(file: "\(staging)/\(name)") }
    }

    /// Removes the partial files that full ones have taken the place of.
    func removePartials(of name: TileName) throws(FileError) {
        let folder = "\(path)/\(name.path).p"
        guard Folder.length(ofFile: folder) != nil else { return }
        for width in try Folder.names(in: folder) { try disk.remove(file: "\(folder)/\(width)") }
        try disk.removeIfEmpty(folder: folder)
    }
}

extension TileFolder {
    /// The root of a full subtree of the tree of `size` entries.
    func hash(of node: TreeNode, ofTree size: Int) throws(TreeError) -> TreeHash {
        guard let name = TileName.holding(node, ofTree: size) else {
            throw .otherTree(size: size)
        }
        guard let hash = name.hash(of: node, in: try content(of: name)) else {
            throw .damaged(path: file(name))
        }
        return hash
    }

    private func content(of name: TileName) throws(TreeError) -> [UInt8] {
        let content: [UInt8]?
        do throws(FileError) {
            content = try read(name)
        } catch {
            throw .file(error)
        }
        guard let content else { throw .missing(path: file(name)) }
        return content
    }

    /// That the tree of `new` entries goes on where that of `old` ended.
    func consistency(from old: Int, to new: Int) throws(TreeError) -> [[UInt8]] {
        guard let plan = try? ProofPlan.consistency(from: old, to: new) else { return [] }
        return try plan.hashes { node throws(TreeError) in
            try hash(of: node, ofTree: new)
        }.map(\.bytes)
    }

    /// The tree as its files tell it, if it is the one that was signed.
    func tree(_ head: TreeHead) throws(TreeError) -> GrowingTree {
        var hashes: [TreeHash] = []
        for node in TreeNode.edge(ofTree: head.size) {
            hashes.append(try hash(of: node, ofTree: head.size))
        }
        guard let edge = TreeEdge(size: head.size, hashes: hashes), edge.head == head else {
            throw .otherTree(size: head.size)
        }
        var rows: [[TreeHash]] = []
        while head.size >> (8 * rows.count) > 0 {
            rows.append(try row(rows.count, head.size))
        }
        return GrowingTree(
            edge: edge,
            rows: rows,
            bundle: try bundle(head.size, leaves: rows.first ?? [])
        )
    }

    private func row(_ level: Int, _ size: Int) throws(TreeError) -> [TreeHash] {
        let count = size >> (8 * level)
        let (index, width) = count.quotientAndRemainder(dividingBy: TileName.widthMax)
        guard let name = TileName(.hashes(level: level), index: index, width: width) else {
            return []
        }
        let content = try content(of: name)
        guard content.count == width * TreeHash.length else { throw .damaged(path: file(name)) }
        return stride(from: 0, to: content.count, by: TreeHash.length).compactMap {
            TreeHash(content[$0..<$0 + TreeHash.length])
        }
    }

    private func bundle(_ size: Int, leaves: [TreeHash]) throws(TreeError) -> [UInt8] {
        let (index, width) = size.quotientAndRemainder(dividingBy: TileName.widthMax)
        guard let name = TileName(.entries, index: index, width: width) else { return [] }
        let content = try content(of: name)
        guard let entries = try? EntryBundle.entries(content, count: width),
            entries.map(TreeHash.leaf) == leaves
        else { throw .damaged(path: file(name)) }
        return content
    }

    /// The entries of a file that a checkpoint needs.
    func entries(of name: TileName) throws(TreeError) -> [[UInt8]] {
        let content = try content(of: name)
        do throws(EntryBundleError) {
            return try EntryBundle.entries(content, count: name.width)
        } catch {
            throw .damaged(path: file(name))
        }
    }
}
