// Levels: where moves lead, and what lines mean there.

import ClawgressConfigTree
import Testing

@Suite("Levels")
struct LevelTests {
    /// An operator: a level, a configuration, and what was refused.
    private struct Walk {
        var level = ConfigLevel.top
        var tree = ConfigTree()
        var problems = ""

        mutating func take(_ line: String, number: Int) {
            do throws(ConfigProblem) {
                if let move = try Self.move(line) {
                    level = try level.moved(move)
                } else {
                    try tree.apply(try ConfigEdit(parsing: line, at: level))
                }
            } catch {
                var problem = error
                problem.line = number
                problems += problem.description + "\n"
            }
        }

        /// A line that is `edit …`, `up [N]` or `top`.
        private static func move(_ line: String) throws(ConfigProblem) -> ConfigLevel.Move? {
            let words = try ConfigWords.split(line)
            switch words.first {
            case "edit": return .into(Array(words.dropFirst()))
            case "up": return .up(words.count == 1 ? 1 : Int(words[1]) ?? 0)
            case "top": return .top
            default: return nil
            }
        }
    }

    @Test("leads where the case says", arguments: try TreeCase.all(in: "Cases/Levels"))
    func walk(treeCase: TreeCase) throws {
        var walk = Walk()
        for (place, line) in treeCase.lines.split(separator: "\n").enumerated() {
            walk.take(String(line), number: place + 1)
        }
        let level = walk.level.isTop ? "" : walk.level.path.text + "\n"
        #expect(level == treeCase.parts["level"])
        #expect(walk.problems == treeCase.parts["problems"] ?? "")
        #expect(walk.tree.commandsText() == treeCase.parts["commands"] ?? "")
        #expect(Set(treeCase.parts.keys).isSubset(of: ["level", "problems", "commands"]))
    }

    @Test("has cases at all")
    func cases() throws {
        #expect(try TreeCase.all(in: "Cases/Levels").count >= 12)
    }

    @Test("a path leads back to its level, and as many steps up as there are lead to the top")
    func back() throws {
        let paths: [[String]] = [
            ["policy", "p"], ["policy", "p", "match", "time"],
            ["agent", "a", "key", "abcdefghijkl"],
            ["issuer", "an issuer", "claim"], ["default-quota"], ["gateway", "limit"],
        ]
        for (path, steps) in zip(paths, [1, 3, 2, 2, 1, 2]) {
            let level = try ConfigLevel.top.moved(.into(path))
            #expect(level.path.words == path)
            let text = level.path.text
            #expect(try ConfigLevel.top.moved(.into(ConfigWords.split(text))) == level)
            #expect(try level.moved(.up(steps)).isTop)
            #expect(throws: ConfigProblem.self) { try level.moved(.up(steps + 1)) }
            #expect(throws: ConfigProblem.self) { try level.moved(.up(0)) }
        }
    }

    /// Levels, lines there, and the words that may come next.
    private static let hints: [([String], String, [String])] = [
        (["policy", "p"], "set ac", ["action"]),
        (["policy", "p"], "set action ", ["allow", "deny"]),
        (["policy", "p"], "delete ", ["match"]),
        (["policy", "p"], "delete match method ", ["GET", "POST"]),
        (["policy", "p"], "rename ", []),
        (["agent", "crawler"], "set policy ", []),
        ([], "edit ag", ["agent"]),
        ([], "edit agent ", ["builder", "crawler"]),
        ([], "edit policy p ", ["match"]),
        (["policy", "p"], "edit match ", ["identity", "time"]),
        ([], "edit policy p action ", []),
        ([], "edit gateway st", []),
        (["policy", "p"], "show ma", ["match"]),
        (["policy", "p"], "show match method ", []),
    ]

    @Test("completes a line at a level", arguments: hints)
    func complete(path: [String], line: String, words: [String]) throws {
        var tree = ConfigTree()
        try tree.apply(
            commands: """
                set agent crawler team research
                set agent builder team platform
                set policy p match method GET
                set policy p match method POST
                """
        )
        let level = path.isEmpty ? .top : try ConfigLevel.top.moved(.into(path))
        let hints = ConfigSchema.completions(for: line, in: tree, at: level)
        #expect(hints.map(\.word) == words)
    }
}
