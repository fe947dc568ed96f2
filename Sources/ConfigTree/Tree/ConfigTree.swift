// The configuration as a value: it is read from lines or JSON, changed by edits, compared and
// merged, and turned into the snapshot that gateways obey. Nothing here does input or output.

import ClawgressBytes
import ClawgressSnapshotText
import Crypto

/// A whole configuration, perhaps unfinished.
///
/// Every name and value in it has the form that the grammar (``ConfigSchema``) asks for. Whether
/// it is complete and names only what it declares is asked by ``snapshot()``.
public struct ConfigTree: Sendable, Equatable {
    /// The root's children by keyword.
    var top: [String: ConfigNode]

    /// An empty configuration.
    public init() {
        top = [:]
    }

    init(top: [String: ConfigNode]) {
        self.top = top
    }

    /// Whether nothing is configured.
    public var isEmpty: Bool { top.isEmpty }

    /// What is at `path`; nil if nothing is.
    public func node(at path: ConfigPath) -> ConfigNode? {
        var node = ConfigNode.branch(top)
        for word in path.words {
            guard let child = node[word] else { return nil }
            node = child
        }
        return node
    }

    /// The names of the entries of a list, ascending.
    public func names(at path: ConfigPath) -> [String] {
        (node(at: path)?.children.keys).map { $0.sorted() } ?? []
    }

    /// The JSON form in its one spelling (RFC 8785).
    public var canonicalText: String {
        String(decoding: SnapshotText.canonical(json), as: UTF8.self)
    }

    /// `sha256:` and the digest of ``canonicalText``: equal exactly for equal configurations.
    public var digest: String {
        "sha256:" + Hexadecimal.encode(SHA256.hash(data: SnapshotText.canonical(json)))
    }
}
