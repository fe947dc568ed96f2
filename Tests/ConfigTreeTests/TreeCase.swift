// Cases are files: lines that are typed, and what becomes of them. A new rule gets a file.

import Foundation
import Testing

/// One case: the lines, and what is expected in parts that are named.
struct TreeCase: CustomTestStringConvertible, Sendable {
    let name: String
    /// What is typed.
    let lines: String
    /// Expected texts by the name of their part: `commands`, `show`, `json`, `problems`,
    /// `problems of snapshot`, `level`.
    let parts: [String: String]

    var testDescription: String { name }

    /// Reads a case file: lines, then `=== PART` and what is expected.
    init(name: String, text: String) {
        self.name = name
        var parts: [String: String] = [:]
        var current = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("=== ") {
                current = String(line.dropFirst("=== ".count))
                parts[current] = ""
            } else {
                parts[current, default: ""] += line + "\n"
            }
        }
        lines = parts.removeValue(forKey: "") ?? ""
        self.parts = parts
    }

    /// All case files of a folder, sorted by name.
    static func all(in folder: String = "Cases") throws -> [TreeCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasSuffix(".case") }.sorted().map { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return TreeCase(name: name, text: text)
        }
    }
}
