// Where a log's files come from is not this module's business: a folder, a web server, a test.

import ClawgressTransparencyLog

/// Why a question about a log has no answer.
public enum LogFailure: Error {
    /// The files cannot be read; for reasons of whoever reads them.
    case unreadable(any Error)
    /// The log itself is not in order.
    case found(LogFinding)
}

/// The files of a log in the paths of C2SP tlog-tiles; asked by several threads at a time.
public protocol LogSource: Sendable {
    /// The content of a file; nil if the log has no such file.
    ///
    /// No more than ``LogFile/bytesMax(of:)`` bytes are ever wanted.
    func content(of path: String) throws(LogFailure) -> [UInt8]?

    /// Says which files will be asked for next, so that they can be on their way.
    func expect(_ paths: [String])
}

/// What is known of all files of a log.
public enum LogFile {
    /// Where the checkpoint is.
    public static var checkpoint: String { "checkpoint" }
    /// Where the newest checkpoint is that enough witnesses have signed.
    public static var witnessedCheckpoint: String { "checkpoint.witnessed" }
    /// Where the log says from which entry on it has entries.
    public static var retention: String { "retention" }
    /// No file of this path is longer.
    public static func bytesMax(of path: String) -> Int {
        switch TileName(path: path)?.kind {
        case .entries: TileName.widthMax * (EntryBundle.entryBytesMax + 2)
        case .hashes: TileName.widthMax * TreeHash.length
        case nil: SignedNote.bytesMax
        }
    }
}

/// The files of the tree of one size.
struct TreeFiles<Source: LogSource> {
    let source: Source
    let size: Int
    /// The size of the tree whose files are there, if it is known to be another one.
    var published: Int?

    /// How many files of entries there are.
    var bundleCount: Int { (size + TileName.widthMax - 1) / TileName.widthMax }

    /// So many files ahead are announced to the source.
    private static var ahead: Int { 32 }

    /// Tells the source what a walk from the first file of entries to the last one wants next.
    func announce(_ index: Int) {
        guard index.isMultiple(of: Self.ahead / 2) else { return }
        announce(index..<min(index + Self.ahead, bundleCount), withHashes: false)
    }

    /// Tells the source which files of entries are wanted next, and whether their hashes are, too.
    func announce(_ bundles: Range<Int>, withHashes: Bool) {
        var names: [TileName?] = []
        for index in bundles {
            names.append(TileName(.entries, index: index, ofTree: size))
            if withHashes { names.append(TileName(.hashes(level: 0), index: index, ofTree: size)) }
        }
        source.expect(names.compactMap { $0?.path })
    }

    /// The hashes of a tile, one behind the other; nil if it is missing or has another length.
    func tile(level: Int, index: Int) throws(LogFailure) -> [UInt8]? {
        guard let name = TileName(.hashes(level: level), index: index, ofTree: size),
            let content = try contentOrFull(name)
        else { return nil }
        let bytes = name.width * TreeHash.length
        return content.count < bytes ? nil : Array(content[..<bytes])
    }

    /// The hashes of a tile; nil if it is missing or has another length.
    func hashes(level: Int, index: Int) throws(LogFailure) -> [TreeHash]? {
        guard let content = try tile(level: level, index: index) else { return nil }
        return stride(from: 0, to: content.count, by: TreeHash.length).compactMap {
            TreeHash(content[$0..<$0 + TreeHash.length])
        }
    }

    /// The entries of a file, as many as there are; nil if it is missing.
    func bundle(_ index: Int) throws(LogFailure) -> Bundle? {
        guard let name = TileName(.entries, index: index, ofTree: size) else { return nil }
        if let content = try source.content(of: name.path) {
            return Bundle(content, name: name, isFull: false)
        }
        guard name.isPartial, let full = name.full,
            let content = try source.content(of: full.path)
        else { return nil }
        return Bundle(content, name: name, isFull: true)
    }

    /// A file of entries under the name that it has in the greatest tree in which it is shorter;
    /// nil if there is none.
    func shorterBundle(_ index: Int) throws(LogFailure) -> Bundle? {
        guard let name = TileName(.entries, index: index, ofTree: size) else { return nil }
        for width in stride(from: name.width - 1, to: 0, by: -1) {
            guard let shorter = TileName(.entries, index: index, width: width),
                let content = try source.content(of: shorter.path)
            else { continue }
            return Bundle(content, name: shorter, isFull: false)
        }
        return nil
    }

    /// A file that is not full may have been replaced by one that begins with it.
    private func contentOrFull(_ name: TileName) throws(LogFailure) -> [UInt8]? {
        if let content = try source.content(of: name.path) {
            return content.count == name.width * TreeHash.length ? content : nil
        }
        let wider = published.flatMap { TileName(name.kind, index: name.index, ofTree: $0) }
        for other in [wider, name.full].compactMap(\.self) where other.width > name.width {
            if let content = try source.content(of: other.path) { return content }
        }
        return nil
    }
}

/// A file of entries.
struct Bundle {
    let content: [UInt8]
    /// Where they are; fewer than there should be if the file is damaged.
    let places: [Range<Int>]
    /// Whether it has the entries that its name says, and nothing else.
    let isWhole: Bool

    init(_ content: [UInt8], name: TileName, isFull: Bool) {
        self.content = content
        let (places, end) = EntryBundle.places(content, atMost: name.width)
        self.places = places
        isWhole = places.count == name.width && (isFull || end == content.count)
    }

    var leaves: [TreeHash] { places.map { TreeHash.leaf(content[$0]) } }
}
