// Targets as data files: a request line without its version and the fields of the request, a
// line of dashes, and what must come out. `Documentation/targets.md` has a row for each.

import Foundation
import Testing

/// One file of `Cases/Targets`.
struct TargetCase: CustomTestStringConvertible, Sendable {
    /// The file's name without `.case`.
    let name: String
    /// Method and target, escapes as written.
    let request: String
    /// The field lines; none means the right `Host`.
    let fields: [String]
    /// The lines behind the dashes by their names.
    let expected: [String: String]

    var testDescription: String { name }

    private init(name: String, text: String) throws {
        let halves = text.components(separatedBy: "----------\n")
        try #require(halves.count == 2, "no line of ten dashes in \(name)")
        let lines = halves[0].split(separator: "\n").map(String.init)
        self.name = name
        request = try #require(lines.first)
        fields = Array(lines.dropFirst())
        var expected: [String: String] = [:]
        for line in halves[1].split(separator: "\n") {
            let colon = try #require(line.range(of: ": "), "a line without colon: \(line)")
            expected[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
        }
        let known: Set = ["reason", "authority", "path", "sent"]
        try #require(Set(expected.keys).isSubset(of: known), "unknown field in \(name)")
        self.expected = expected
    }

    /// Every file of the folder, in the order of their names.
    static func load() throws -> [TargetCase] {
        let folder = DataFile.folder.appendingPathComponent("Cases/Targets")
        return try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "case" }
        .sorted { $0.path < $1.path }
        .map { file in
            try TargetCase(
                name: file.deletingPathExtension().lastPathComponent,
                text: String(contentsOf: file, encoding: .utf8)
            )
        }
    }

    /// The request head; where no fields are given, `Host` is the expected authority.
    func head() throws -> [UInt8] {
        let right = "Host: \(expected["authority"] ?? "example.com")"
        let lines = ["\(request) HTTP/1.1"] + (fields.isEmpty ? [right] : fields)
        return try DataFile.unescaped(lines.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    /// The first two cells of its row in the documentation.
    var row: [String] {
        let cells = ([request] + fields).map { "`\($0)`" }.joined(separator: ", ")
        if let reason = expected["reason"] { return [cells, "`\(reason)`"] }
        let authority = "`\(expected["authority"] ?? "")`"
        guard let path = expected["path"], path != "/" else { return [cells, authority] }
        return [cells, "\(authority), `\(path)`"]
    }
}
