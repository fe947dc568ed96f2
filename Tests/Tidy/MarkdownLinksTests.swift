// Every link from one of our pages to a file of ours leads somewhere.

import Foundation
import Testing

@Suite("Links in Markdown")
struct MarkdownLinksTests {
    @Test("every link to a local file resolves")
    func repository() {
        let repository = Repository.current
        let pages = repository.files.filter { $0.kind == "md" }
        #expect(!pages.isEmpty)
        expectNone(
            pages.flatMap { page in
                Self.broken(page.path, page.text) { path in
                    let file = repository.root.appending(path: path).path(percentEncoded: false)
                    return FileManager.default.fileExists(atPath: file)
                }
            }
        )
    }

    @Test("finds a link that leads nowhere")
    func finds() {
        let page = "[a](A.md)\n[b](../B.md#part)\n\n[c]: C.md"
        let findings = Self.broken("Documentation/Page.md", page) { $0 == "Documentation/A.md" }
        #expect(findings.map(\.line) == [2, 4])
    }

    @Test("finds a link that leaves the repository")
    func findsEscape() {
        #expect(Self.broken("Page.md", "[a](../A.md)") { _ in true }.map(\.line) == [1])
    }

    @Test("leaves addresses, fragments and code alone")
    func leavesAlone() {
        let page = "[a](https://example.com/A.md) [b](#part) `[c](C.md)`\n```\n[d](D.md)\n```\n"
        #expect(MarkdownLinks.links(in: page) == [])
    }

    private static func broken(
        _ page: String,
        _ text: String,
        exists: (String) -> Bool
    ) -> [Finding] {
        MarkdownLinks.links(in: text).compactMap { link in
            if let path = MarkdownLinks.path(of: link.target, on: page), exists(path) { return nil }
            return Finding(
                file: page,
                line: link.line,
                message: "`\(link.target)` leads to no file: mend the link, or remove it"
            )
        }
    }
}
