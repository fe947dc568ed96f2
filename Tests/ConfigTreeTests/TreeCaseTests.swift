// Lines, and the tree or the problems that they make.

import ClawgressConfigTree
import ClawgressJWS
import Testing

@Suite("Lines and what they make")
struct TreeCaseTests {
    @Test("makes exactly what the case says", arguments: try TreeCase.all())
    func make(treeCase: TreeCase) throws {
        var tree = ConfigTree()
        var problems = ""
        do throws(ConfigProblems) {
            try tree.apply(commands: treeCase.lines)
        } catch {
            problems = error.description + "\n"
        }
        #expect(problems == treeCase.parts["problems"] ?? "")
        for (part, expected) in treeCase.parts where part != "problems" {
            switch part {
            case "commands": #expect(tree.commandsText() == expected)
            case "show": #expect(tree.showText() == expected)
            case "json": #expect(tree.canonicalText + "\n" == expected)
            case "problems of snapshot": #expect(Self.problems(of: tree) == expected)
            default: Issue.record("the part `\(part)` is unknown")
            }
        }
    }

    private static func problems(of tree: ConfigTree) -> String {
        do throws(ConfigProblems) {
            _ = try tree.snapshot()
            return ""
        } catch {
            return error.description + "\n"
        }
    }

    @Test("has cases at all")
    func cases() throws {
        #expect(try TreeCase.all().count >= 25)
    }
}
