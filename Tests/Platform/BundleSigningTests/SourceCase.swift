// Cases are files: a bad source, and exactly what its author is told. A new rule gets a file.

import Foundation
import Testing

/// One case: the files of a source folder and the expected problems.
struct SourceCase: CustomTestStringConvertible, Sendable {
    let name: String
    /// Text by file name; `clawgress.yaml` is what stands before the first marker.
    let files: [String: String]
    let expected: [String]

    var testDescription: String { name }

    /// Reads a case file: a source, then `=== file NAME` parts, then `=== problems`.
    init(name: String, text: String) {
        self.name = name
        var files: [String: String] = [:]
        var current = "clawgress.yaml"
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("=== file ") {
                current = String(line.dropFirst("=== file ".count))
            } else if line == "=== problems" {
                current = ""
            } else {
                files[current, default: ""] += line + "\n"
            }
        }
        expected = (files.removeValue(forKey: "") ?? "")
            .split(separator: "\n").map(String.init)
        self.files = files
    }

    /// All case files, sorted by name.
    static func all() throws -> [SourceCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasSuffix(".case") }.sorted().map { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return SourceCase(name: name, text: text)
        }
    }
}

/// A folder of its own for one test.
struct TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "clawgress-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
