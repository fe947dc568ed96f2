// Data files of these tests: bytes that cannot stand in a text file are written with escapes,
// so that a case can be read and reviewed like any other line.

import Foundation
import Testing

/// A file or folder beside the tests.
enum DataFile {
    /// The folder of the tests.
    static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    }

    /// A table of another project's facts, which Scripts/vectors makes from a copy of that project.
    static func foreign(_ name: String) -> URL {
        folder.appendingPathComponent("../../../.build/vectors").appendingPathComponent(name)
    }

    /// Whether that table was made.
    static func isThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: foreign(name).path)
    }

    /// A table of ours.
    static func vectors(_ name: String) -> URL {
        folder.appendingPathComponent("Vectors").appendingPathComponent(name)
    }

    /// The rows of a table: one a line, cells between tabs, comments behind `# `.
    static func rows(_ file: URL) throws -> [[String]] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("# ") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }

    /// The bytes that a text stands for: `\xNN` is one byte, `\63{a}` is the text 63 times.
    static func unescaped(_ text: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "\\" else {
                bytes += Array(String(character).utf8)
                continue
            }
            if rest.first == "x" {
                bytes.append(try #require(UInt8(rest.dropFirst().prefix(2), radix: 16)))
                rest = rest.dropFirst(3)
            } else {
                let open = try #require(rest.firstIndex(of: "{"))
                let close = try #require(rest.firstIndex(of: "}"))
                let count = try #require(Int(rest[..<open]))
                let repeated = Array(rest[rest.index(after: open)..<close].utf8)
                for _ in 0..<count { bytes += repeated }
                rest = rest[rest.index(after: close)...]
            }
        }
        return bytes
    }
}
