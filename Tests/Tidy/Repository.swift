// The files that the checks look at: the working tree and not Git's index, so that a developer
// hears of a problem before the commit. Folders that a build or a run leaves behind are skipped.

import Foundation

/// A file of the repository, read whole.
struct TextFile: Sendable {
    /// Relative to the repository's root, with `/` between the parts.
    let path: String
    let text: String

    /// The part after the last dot of the name, or the name where there is no dot.
    var kind: String {
        let name = path.split(separator: "/").last ?? ""
        return String(name.split(separator: ".", omittingEmptySubsequences: false).last ?? "")
    }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// The checked-out tree.
struct Repository: Sendable {
    let root: URL
    /// Every readable text file, in the order of their paths.
    let files: [TextFile]
    /// Every Swift file, taken apart into code and comments.
    let swiftFiles: [SwiftText]

    /// The tree that this file was compiled from.
    static let current = Repository(root: enclosingRoot)

    private init(root: URL) {
        self.root = root
        files = Self.paths(under: root).compactMap { path in
            guard let data = try? Data(contentsOf: root.appending(path: path)),
                let text = String(data: data, encoding: .utf8)
            else { return nil }
            return TextFile(path: path, text: text)
        }
        swiftFiles = files.filter { $0.kind == "swift" }.map(SwiftText.init)
    }

    /// The files whose path begins with one of `prefixes`.
    func swiftFiles(under prefixes: String...) -> [SwiftText] {
        swiftFiles.filter { file in prefixes.contains { file.path.hasPrefix($0) } }
    }

    /// Two folders up from here; links are resolved because a build may reach us through one.
    private static var enclosingRoot: URL {
        URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    private static let skippedFolders = [
        ".git", ".build", ".venv", ".demo", ".swiftpm", ".pytest_cache", "__pycache__",
    ]

    private static func paths(under root: URL) -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: root.path(percentEncoded: false))
        else { return [] }
        var paths: [String] = []
        while let path = walk.nextObject() as? String {
            let name = path.split(separator: "/").last ?? ""
            let isFolder = walk.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if isFolder, skippedFolders.contains(where: { name == $0 || name.hasPrefix($0 + "-") })
            {
                walk.skipDescendants()
            } else if !isFolder {
                paths.append(path)
            }
        }
        return paths.sorted()
    }
}
