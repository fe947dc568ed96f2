// Completion and `?`.

import ClawgressConfigTree
import TestKit
import Testing

@Suite("Hints")
struct HintTests {
    private static let tree: ConfigTree = {
        var tree = ConfigTree()
        let lines = [
            "set agent crawler team research", "set agent builder team platform",
            "set destination-group registries destination pypi.org",
            "set policy p match method GET", "set policy p match method POST",
            "set issuer 'an issuer' audience x",
        ]
        try? tree.apply(commands: lines.joined(separator: "\n"))
        return tree
    }()

    /// Lines, and the words that may come next.
    private static let lines: [(String, [String])] = [
        ("", ["set", "delete", "rename", "copy"]),
        ("de", ["delete"]),
        ("set po", ["policy"]),
        ("set policy p ma", ["match"]),
        ("set policy p action ", ["allow", "deny"]),
        ("set policy p enabled ", ["true", "false"]),
        ("set policy p match identity agent ", ["builder", "crawler"]),
        ("set policy p match identity team r", ["research"]),
        ("set policy p match destination ", ["group:registries"]),
        ("set quota ", ["builder", "crawler"]),
        ("delete ", ["agent", "issuer", "destination-group", "policy"]),
        ("delete policy p match method ", ["GET", "POST"]),
        ("delete issuer ", ["'an issuer'"]),
        ("delete issuer an", ["'an issuer'"]),
        ("rename ", ["agent", "issuer", "destination-group", "policy"]),
        ("rename agent c", ["crawler"]),
        ("rename agent crawler ", ["to"]),
        ("rename agent crawler to ", []),
        ("set nonsense ", []),
        ("set policy p action allow ", []),
        ("frobnicate ", []),
    ]

    @Test("completes a line", arguments: lines)
    func complete(line: String, words: [String]) {
        let hints = ConfigSchema.completions(for: line, in: Self.tree)
        #expect(hints.map(\.word) == words)
    }

    @Test("explains what may be chosen freely")
    func placeholders() {
        let hints = ConfigSchema.help(for: "set policy p priority ", in: Self.tree)
        #expect(hints.map(\.word) == ["<number>"])
        #expect(hints.first?.help.hasPrefix("0 to ") == true)
        let keywords = ConfigSchema.help(for: "set policy p ", in: Self.tree)
        #expect(keywords.first { $0.word == "action" }?.help.hasSuffix("(required)") == true)
        #expect(keywords.first { $0.word == "priority" }?.help.hasSuffix("(default 1000)") == true)
    }

    @Test("each completion makes a line that is understood as far as it goes")
    func sound() throws {
        var maker = TreeMaker(seed: 3)
        let tree = try maker.tree(60)
        var lines = ["set ", "delete "]
        for _ in 0..<2_000 {
            let line = maker.random.pick(lines)
            for hint in ConfigSchema.completions(for: line, in: tree) {
                let longer = line + hint.word
                do throws(ConfigProblem) {
                    _ = try ConfigEdit(parsing: longer)
                } catch {
                    #expect(error.code == .valueMissing, "\(longer): \(error)")
                    if lines.count < 400 { lines.append(longer + " ") }
                }
            }
        }
        #expect(lines.count > 100)
    }
}
