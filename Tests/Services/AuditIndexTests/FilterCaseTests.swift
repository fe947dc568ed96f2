// Which of a dozen records a question finds: one case a file, its parameters above the line and the
// records' places below it. Each is asked of the index, and of the test that the live tail uses.

import ClawgressAuditIndex
import Foundation
import Testing

@Suite("questions for records")
struct FilterCaseTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let query: String
        let expected: String
        var testDescription: String { name }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Cases")

    static func cases() throws -> [Case] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".case") }.sorted()
            .map { name in
                let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                let parts = text.components(separatedBy: "----------\n")
                try #require(parts.count == 2, "\(name) has one line of dashes")
                return Case(
                    name: name,
                    query: parts[0].trimmingCharacters(in: .newlines),
                    expected: parts[1].trimmingCharacters(in: .newlines)
                )
            }
    }

    private static func records() throws -> [IndexedRecord] {
        try String(contentsOf: folder.appending(path: "records.ndjson"), encoding: .utf8)
            .split(separator: "\n").map { IndexedRecord(Array($0.utf8).span) }
    }

    @Test("find what their case says", arguments: try FilterCaseTests.cases())
    func finds(_ found: Case) async throws {
        if found.expected.hasPrefix("refused: ") {
            let name = String(found.expected.dropFirst("refused: ".count))
            let problem = #expect(throws: QueryProblem.self) {
                try EventQuery(try items(found.query))
            }
            #expect(problem?.parameter == name)
            return
        }
        let bench = try IndexBench()
        // How fast a busy machine answers is not the question here.
        let index = try AuditIndex(path: bench.path, secondsMax: 600)
        try bench.append(try Self.records(), to: index)
        let query = try EventQuery(try items(found.query))
        let page = try await index.page(query)
        let expected = found.expected.split(separator: " ").compactMap { Int64($0) }
        #expect(page.records.map(\.leaf) == expected)
        let selected = bench.selected(query.filter)
        let ordered = query.order == .newest ? selected : selected.reversed()
        #expect(Array(ordered.prefix(query.limit)) == expected)
        #expect(try await index.count(query.filter).count == Int64(selected.count))
        try index.close()
    }

    @Test("are many, and have names that say what they ask")
    func many() throws {
        #expect(try Self.cases().count > 60)
    }
}
