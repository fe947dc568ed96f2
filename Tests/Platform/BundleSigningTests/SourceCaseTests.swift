// Bad sources and what is said about them.

import ClawgressBundleSigning
import Testing

@Suite("Problems of sources")
struct SourceCaseTests {
    @Test("says exactly what is wrong and where", arguments: try SourceCase.all())
    func problems(sourceCase: SourceCase) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for (name, text) in sourceCase.files { try folder.write(text, to: name) }
        let error = #expect(throws: SourceError.self) {
            try BundleSource.load(folder.path, now: 1_800_000_000)
        }
        let lines = error?.description.replacing(folder.path + "/", with: "")
            .split(separator: "\n").map(String.init)
        #expect(lines == sourceCase.expected)
    }

    @Test("has cases at all")
    func cases() throws {
        #expect(try SourceCase.all().count >= 40)
    }
}
