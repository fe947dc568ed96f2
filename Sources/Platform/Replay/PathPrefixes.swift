// The few prefixes that cover the paths which were asked for. Whoever reads a suggestion has to be able
// to judge it, so many paths become fewer and shorter prefixes, from the deepest up.

import ClawgressBytes
import ClawgressModel

/// Canonical path prefixes, none of which covers another.
struct PathPrefixes: Sendable, Equatable {
    /// How many there are at most.
    static var countMax: Int { 8 }

    private(set) var prefixes: [String] = []
    /// Whether they cover more than what lies below the paths.
    private(set) var isWidened = false

    /// Covers `path`.
    ///
    /// - Parameter mayWiden: whether prefixes may become shorter to make room.
    /// - Returns: whether it is covered.
    mutating func cover(_ path: String, mayWiden: Bool) -> Bool {
        guard !covers(path) else { return true }
        guard mayWiden || prefixes.count < Self.countMax else { return false }
        add(path)
        while prefixes.count > Self.countMax { widen() }
        return true
    }

    private func covers(_ path: String) -> Bool {
        prefixes.contains { Self.isPrefix($0, of: path) }
    }

    private mutating func add(_ path: String) {
        prefixes.removeAll { Self.isPrefix(path, of: $0) }
        prefixes.append(path)
    }

    /// Cuts the last segment off the deepest ones.
    private mutating func widen() {
        isWidened = true
        let deepest = prefixes.map(Self.depth).max() ?? 0
        let cut = prefixes.map { Self.depth($0) == deepest ? Self.folder(of: $0) : $0 }
        prefixes = []
        for path in cut where !covers(path) { add(path) }
    }

    /// Grows with each segment, and every cut makes it less.
    private static func depth(_ path: String) -> Int {
        path.utf8.count { $0 == UInt8(ascii: "/") } * 2 - (path.hasSuffix("/") ? 2 : 1)
    }

    /// The folder that a path or folder lies in.
    private static func folder(of path: String) -> String {
        let end = path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = end.lastIndex(of: "/") else { return "/" }
        return String(end[...slash])
    }

    private static func isPrefix(_ prefix: String, of path: String) -> Bool {
        let (prefix, path) = (Array(prefix.utf8), Array(path.utf8))
        return CanonicalPath.isPrefix(prefix.span, of: path.span)
    }
}
