// Changes of two people brought together.

import ClawgressConfigTree
import TestKit
import Testing

@Suite("Merging")
struct MergeTests {
    private static let seeds = Array(UInt64(0)..<100)

    private func tree(_ lines: String...) throws -> ConfigTree {
        var tree = ConfigTree()
        try tree.apply(commands: lines.joined(separator: "\n"))
        return tree
    }

    @Test("who changed nothing gets the other's tree", arguments: seeds)
    func oneSide(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let base = try maker.tree(30)
        let changed = try maker.changed(base)
        #expect(ConfigTree.merge(base: base, mine: changed, theirs: base) == .merged(changed))
        #expect(ConfigTree.merge(base: base, mine: base, theirs: changed) == .merged(changed))
        #expect(ConfigTree.merge(base: base, mine: changed, theirs: changed) == .merged(changed))
    }

    @Test("both see the same conflicts, and without any the same tree", arguments: seeds)
    func symmetric(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let base = try maker.tree(30)
        let mine = try maker.changed(base)
        let theirs = try maker.changed(base)
        let merge = ConfigTree.merge(base: base, mine: mine, theirs: theirs)
        #expect(merge == ConfigTree.merge(base: base, mine: theirs, theirs: mine))
        let kept = ConfigTree.merge(base: base, mine: mine, theirs: theirs, preference: .mine)
        let other = ConfigTree.merge(base: base, mine: theirs, theirs: mine, preference: .theirs)
        #expect(kept == other)
        guard case .merged(let merged) = merge else { return }
        #expect(kept == .merged(merged))
        // Each change of one side is in the result.
        for side in [mine, theirs] {
            for change in side.changes(from: base) {
                let values = merged.node(at: change.path)
                if let new = change.new {
                    #expect(values?.value == new || values?.values.contains(new.word) == true)
                } else if let old = change.old {
                    #expect(values?.value == nil && values?.values.contains(old.word) != true)
                }
            }
        }
    }

    @Test("values of a set are merged one by one")
    func sets() throws {
        let base = try tree("set policy p match method GET", "set policy p match method PUT")
        let mine = try tree("set policy p match method GET", "set policy p match method POST")
        let theirs = try tree(
            "set policy p match method GET",
            "set policy p match method PUT",
            "set policy p match method HEAD"
        )
        let expected = try tree(
            "set policy p match method GET",
            "set policy p match method HEAD",
            "set policy p match method POST"
        )
        #expect(ConfigTree.merge(base: base, mine: mine, theirs: theirs) == .merged(expected))
    }

    @Test("different values of one leaf are a conflict that a preference decides")
    func leaf() throws {
        let base = try tree("set agent a team x", "set agent a project x")
        let mine = try tree("set agent a team y", "set agent a project x")
        let theirs = try tree("set agent a team z", "set agent a project x")
        let conflicts = ConfigTree.merge(base: base, mine: mine, theirs: theirs)
        #expect(conflicts == .conflicts([["agent", "a", "team"]]))
        for (preference, expected) in [(ConfigMerge.Preference.mine, mine), (.theirs, theirs)] {
            let merge = ConfigTree.merge(
                base: base,
                mine: mine,
                theirs: theirs,
                preference: preference
            )
            #expect(merge == .merged(expected))
        }
    }

    @Test("an entry that one removed and the other changed is a conflict as a whole")
    func removed() throws {
        let base = try tree("set policy p action allow", "set policy q action deny")
        let mine = try tree("set policy q action deny")
        let theirs = try tree(
            "set policy p action allow",
            "set policy p match method GET",
            "set policy q action deny"
        )
        let merge = ConfigTree.merge(base: base, mine: mine, theirs: theirs)
        #expect(merge == .conflicts([["policy", "p"]]))
    }

    @Test("an entry that both made differently is a conflict as a whole")
    func added() throws {
        let mine = try tree("set policy p action allow")
        let theirs = try tree("set policy p action allow", "set policy p mode observe")
        let merge = ConfigTree.merge(base: ConfigTree(), mine: mine, theirs: theirs)
        #expect(merge == .conflicts([["policy", "p"]]))
    }
}
