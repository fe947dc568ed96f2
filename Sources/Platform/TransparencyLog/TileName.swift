// The files of a log: which hashes and entries lie in which, and their paths. A file with this
// path and width never changes, so that it can be copied, cached and served as it is.
//
// C2SP tlog-tiles, "Merkle Tree" and "Log entries".

/// A file with up to 256 hashes of one row of the tree, or with up to 256 entries.
public struct TileName: Sendable, Hashable {
    /// How many hashes or entries a full file has.
    public static var widthMax: Int { 256 }
    /// How many rows of the tree lie between two levels of tiles.
    public static var rows: Int { 8 }
    /// A tree whose size is an `Int` has no higher level.
    static var levelMax: Int { 7 }

    /// What a file holds.
    public enum Kind: Sendable, Hashable {
        /// The roots of full subtrees of 256 to the power of the level leaves each.
        case hashes(level: Int)
        /// Entries.
        case entries
    }

    /// What the file holds.
    public let kind: Kind
    /// Its place among the files of its kind.
    public let index: Int
    /// How many hashes or entries it has: 1 to 256.
    public let width: Int

    /// Names a file; nil if no log has such a file.
    public init?(_ kind: Kind, index: Int, width: Int = TileName.widthMax) {
        guard (1...Self.widthMax).contains(width), index >= 0 else { return nil }
        if case .hashes(let level) = kind, !(0...Self.levelMax).contains(level) { return nil }
        self.kind = kind
        self.index = index
        self.width = width
    }

    /// Names the file that a tree of `size` leaves has there; nil if it has none.
    public init?(_ kind: Kind, index: Int, ofTree size: Int) {
        var count = size
        if case .hashes(let level) = kind {
            guard (0...Self.levelMax).contains(level) else { return nil }
            count = size >> (Self.rows * level)
        }
        guard index >= 0, index <= count / Self.widthMax else { return nil }
        self.init(kind, index: index, width: min(count - index * Self.widthMax, Self.widthMax))
    }

    /// The full file that takes the place of this one.
    public var full: TileName? { TileName(kind, index: index) }

    /// Whether more will come, into a file of another name.
    public var isPartial: Bool { width < Self.widthMax }

    /// The path below the log's prefix.
    public var path: String {
        let level: String =
            switch kind {
            case .hashes(let level): "\(level)"
            case .entries: "entries"
            }
        return "tile/\(level)/\(Self.path(index))" + (isPartial ? ".p/\(width)" : "")
    }

    /// Reads a path; nil if it is not exactly that of one file.
    public init?(path: some StringProtocol) {
        let words = path.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count >= 3, words[0] == "tile" else { return nil }
        let kind: Kind
        if words[1] == "entries" {
            kind = .entries
        } else {
            guard let level = Decimal.read(words[1]) else { return nil }
            kind = .hashes(level: level)
        }
        var groups = words[2...].map { String($0) }
        var width = Self.widthMax
        if groups.count > 1, groups[groups.count - 2].hasSuffix(".p") {
            guard let partial = Decimal.read(groups.removeLast()), partial < Self.widthMax else {
                return nil
            }
            width = partial
            groups[groups.count - 1].removeLast(2)
        }
        guard let index = Self.index(groups) else { return nil }
        self.init(kind, index: index, width: width)
    }

    /// `x001/x234/067` for 1234067.
    private static func path(_ index: Int) -> String {
        func digits(_ value: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: 3 - text.count) + text
        }
        var path = digits(index % 1_000)
        var rest = index / 1_000
        while rest > 0 {
            path = "x\(digits(rest % 1_000))/\(path)"
            rest /= 1_000
        }
        return path
    }

    private static func index(_ groups: [String]) -> Int? {
        var index = 0
        for (place, group) in groups.enumerated() {
            let isLast = place == groups.count - 1
            guard isLast || group.hasPrefix("x") else { return nil }
            let digits = isLast ? group.utf8[...] : group.utf8.dropFirst()
            guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            // A second way to write the same number.
            if place == 0, !isLast, value == 0 { return nil }
            let (scaled, overflow) = index.multipliedReportingOverflow(by: 1_000)
            let (sum, carry) = scaled.addingReportingOverflow(value)
            guard !overflow, !carry else { return nil }
            index = sum
        }
        return index
    }
}

extension TileName {
    /// The file in which a tree keeps what a full subtree's root is put together from.
    ///
    /// - Parameter size: of a tree that has all leaves of the node.
    public static func holding(_ node: TreeNode, ofTree size: Int) -> TileName? {
        guard node.level >= 0, node.index >= 0, node.level < Int.bitWidth - 1,
            node.index < size >> node.level
        else { return nil }
        let level = node.level / rows
        let index = first(node) / widthMax
        let count = size >> (rows * level)
        return TileName(
            .hashes(level: level),
            index: index,
            width: min(count - index * widthMax, widthMax)
        )
    }

    /// The root of a full subtree, from the content of the file that holds it.
    ///
    /// - Returns: nil if the content has another length than the name says, or the node lies in
    ///   another file.
    public func hash(of node: TreeNode, in content: [UInt8]) -> TreeHash? {
        guard case .hashes(let level) = kind, node.level >= 0, node.index >= 0,
            node.level / Self.rows == level, content.count == width * TreeHash.length
        else { return nil }
        let count = 1 << (node.level % Self.rows)
        guard node.index <= Int.max / count else { return nil }
        let start = Self.first(node) - index * Self.widthMax
        guard start >= 0, start < Self.widthMax, start + count <= width else { return nil }
        var edge = TreeEdge()
        for place in start..<start + count {
            let bytes = content[place * TreeHash.length..<(place + 1) * TreeHash.length]
            guard let hash = TreeHash(bytes) else { return nil }
            edge.append(hash)
        }
        return edge.hashes.first
    }

    /// The files that a tree of size `new` has and one of size `old` had not, entries first.
    ///
    /// All of them must be in place before a checkpoint of the new size is.
    public static func added(from old: Int, to new: Int) -> [TileName] {
        guard old >= 0, old < new else { return [] }
        var names = files(.entries, from: old, to: new)
        for level in 0...levelMax {
            let (before, after) = (old >> (rows * level), new >> (rows * level))
            guard before < after else { break }
            names += files(.hashes(level: level), from: before, to: after)
        }
        return names
    }

    private static func files(_ kind: Kind, from old: Int, to new: Int) -> [TileName] {
        (old / widthMax...(new - 1) / widthMax).compactMap {
            TileName(kind, index: $0, width: min(new - $0 * widthMax, widthMax))
        }
    }

    /// The place of a node's first hash among those of its tiles' level.
    private static func first(_ node: TreeNode) -> Int { node.index << (node.level % rows) }
}
