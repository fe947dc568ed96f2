// Renaming and copying.

import ClawgressConfigTree
import Testing

@Suite("Renaming and copying")
struct MoveTests {
    private func tree(_ lines: [String]) throws -> ConfigTree {
        var tree = ConfigTree()
        try tree.apply(commands: lines.joined(separator: "\n"))
        return tree
    }

    private var policy: [String] {
        [
            "set agent a team t", "set quota a rps-limit 1",
            "set destination-group g destination x.test",
            "set policy p match identity agent a", "set policy p match identity agent b",
            "set policy p match destination group:g", "set policy p match destination group:gg",
            "set policy p match identity team a",
        ]
    }

    @Test("who refers to an agent follows it")
    func agent() throws {
        let tree = try tree(policy + ["rename agent a to z"])
        let expected = policy.map {
            $0.replacing("agent a", with: "agent z").replacing("quota a", with: "quota z")
        }
        #expect(tree == (try self.tree(expected)))
    }

    @Test("who refers to a group follows it, and only to that group")
    func group() throws {
        let tree = try tree(policy + ["rename destination-group g to z"])
        let expected = policy.map {
            $0.replacing("-group g ", with: "-group z ")
                .replacingSuffix("group:g", with: "group:z")
        }
        #expect(tree == (try self.tree(expected)))
    }

    @Test("a rename there and back changes nothing")
    func back() throws {
        var maker = TreeMaker(seed: 5)
        let tree = try maker.tree(200)
        var changed = tree
        for (list, name) in [("agent", "a"), ("policy", "b"), ("destination-group", "a")] {
            try changed.apply(.rename([list, name], to: "zz"))
            try changed.apply(.rename([list, "zz"], to: name))
        }
        #expect(changed == tree)
    }

    @Test("no edit of a list is applied if one of them cannot be")
    func atomic() throws {
        var changed = try tree(policy)
        let edits = try ConfigTree.read(commands: "delete agent a\nrename policy none to q")
        let error = #expect(throws: ConfigProblems.self) { try changed.apply(edits) }
        #expect(error?.problems.map(\.line) == [2])
        #expect(changed == (try tree(policy)))
    }

    @Test("a rename onto a quota that waits for its agent is refused")
    func waitingQuota() throws {
        var changed = try tree(policy + ["set quota z rps-limit 2"])
        let before = changed
        let error = #expect(throws: ConfigProblem.self) {
            try changed.apply(.rename(["agent", "a"], to: "z"))
        }
        #expect(error?.code == .alreadyThere)
        #expect(error?.path == ["quota"])
        #expect(changed == before)
    }

    @Test("a copy of an agent has no keys")
    func copy() throws {
        let digest = String(repeating: "0", count: 64)
        let tree = try tree([
            "set agent a team t", "set agent a key abcdefghijkl digest \(digest)",
            "copy agent a to b",
        ])
        #expect(tree.node(at: ["agent", "b"])?.children.keys.sorted() == ["team"])
        #expect(tree.node(at: ["agent", "a", "key", "abcdefghijkl"]) != nil)
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
    }
}
