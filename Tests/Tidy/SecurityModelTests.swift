// The security model promises a test for each class of attack. A promise whose test was renamed
// or removed fails here.

import Testing

@Suite("The security model")
struct SecurityModelTests {
    /// The tests that a page names: `SomeTests`, `SomeTests.function`, `test_some.py` and
    /// `test_some.py::test_function`, between backticks.
    private static func named(in page: String) -> [String] {
        page.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
            .filter { $0.hasPrefix("test_") || $0.contains("Tests") }
    }

    /// Whether a test of that name exists.
    private static func exists(_ name: String, in files: [TextFile]) -> Bool {
        if name.hasPrefix("test_") {
            let parts = name.split(separator: ":", omittingEmptySubsequences: true)
            let file = files.first { $0.path == "Tests/Integration/\(parts[0])" }
            guard parts.count == 2 else { return parts.count == 1 && file != nil }
            return file?.text.contains("\ndef \(parts[1])(") ?? false
        }
        let parts = name.split(separator: ".")
        let file = files.first { file in
            file.path.hasPrefix("Tests/") && file.path.hasSuffix("/\(parts[0]).swift")
        }
        guard parts.count == 2 else { return parts.count == 1 && file != nil }
        return file?.text.contains("func \(parts[1])(") ?? false
    }

    @Test("names only tests that exist, and one in every row")
    func page() throws {
        let files = Repository.current.files
        let page = try #require(files.first { $0.path == "Documentation/security-model.md" })
        let names = Self.named(in: page.text)
        #expect(names.count > 40)
        for name in names { #expect(Self.exists(name, in: files), "`\(name)` is no test") }
        let rows = page.lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| attack") }
        for row in rows {
            let cells = row.split(separator: "|")
            #expect(cells.count >= 4, "\(row)")
            #expect(cells.count < 4 || !Self.named(in: String(cells[2])).isEmpty, "\(row)")
        }
    }

    @Test("is told of tests that do not exist")
    func finds() {
        let files = Repository.current.files
        for name in [
            "test_nothing.py", "test_limits.py::test_nothing", "NothingTests",
            "SecurityModelTests.nothing", "SecurityModelTests.page.twice",
        ] {
            #expect(!Self.exists(name, in: files), "\(name)")
        }
        #expect(Self.named(in: "a `BTests` c `test_d.py` e `F`") == ["BTests", "test_d.py"])
    }
}
