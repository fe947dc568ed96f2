// What is written is read back to the same: lines, JSON, differences, snapshots.

import ClawgressBundleSigning
import ClawgressConfigTree
import ClawgressJWS
import ClawgressModel
import Foundation
import TestKit
import Testing

@Suite("Round trips of configurations")
struct RoundTripTests {
    private static let seeds = Array(UInt64(0)..<60)

    @Test("lines make the tree that they were written from", arguments: seeds)
    func lines(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let tree = try maker.tree(40)
        var read = ConfigTree()
        try read.apply(commands: tree.commandsText())
        #expect(read == tree)
        #expect(read.digest == tree.digest)
    }

    @Test("an edit is read back from its line", arguments: seeds)
    func edits(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        for _ in 0..<40 {
            let edit = try maker.setting()
            #expect(try ConfigEdit(parsing: edit.text) == edit)
            let removal = ConfigEdit.delete(edit.path, nil)
            #expect(try ConfigEdit(parsing: removal.text) == removal)
        }
    }

    @Test("json makes the tree that it was written from", arguments: seeds)
    func json(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let tree = try maker.tree(40)
        let read = try ConfigTree(json: StrictJSON.read(tree.canonicalText))
        #expect(read == tree)
        #expect(read.canonicalText == tree.canonicalText)
    }

    @Test("differences lead from one tree to the other", arguments: seeds)
    func differences(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let old = try maker.tree(30)
        let new = try maker.changed(old)
        var tree = old
        try tree.apply(new.edits(from: old))
        #expect(tree == new)
        #expect(new.changes(from: old).isEmpty == (old == new))
        #expect(new.changes(from: old).count == old.changes(from: new).count)
        var read = old
        try read.apply(commands: new.commandsText(from: old))
        #expect(read == new)
    }

    @Test("what is gone as a whole is deleted by one line")
    func wholeDeletion() throws {
        var base = ConfigTree()
        let lines = [
            "set policy p action allow", "set policy p match method GET",
            "set policy p match method PUT", "set policy q action deny", "set user a role admin",
        ]
        try base.apply(commands: lines.joined(separator: "\n"))
        var tree = base
        let removal = "delete policy p\ndelete user\n"
        try tree.apply(commands: removal)
        #expect(tree.commandsText(from: base) == removal)
        #expect(
            tree.showText(marking: base, onlyChanges: true) == """
                - policy p
                -     action allow
                -     match
                -         method GET
                -         method PUT
                - user a
                -     role admin

                """
        )
    }

    @Test("marks say which lines are new, gone and changed", arguments: seeds)
    func marks(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let old = try maker.tree(30)
        let new = try maker.changed(old)
        let lines = new.showText(marking: old).split(separator: "\n")
        // Without what is gone the marked text is the text of the new tree.
        let kept = lines.filter { !$0.hasPrefix("-") }.map { $0.dropFirst(2) + "\n" }.joined()
        #expect(kept == new.showText())
        let changes = new.changes(from: old)
        #expect(lines.count { $0.hasPrefix(">") } == changes.count { $0.kind == .changed })
    }

    @Test("a snapshot with everything in it comes back")
    func snapshot() throws {
        let snapshot = FullConfiguration.snapshot
        let tree = try ConfigTree(snapshot)
        var again = try tree.snapshot()
        #expect(again.configuration == tree.digest)
        again.configuration = nil
        #expect(again == snapshot)
        #expect(try ConfigTree(again) == tree)
    }

    @Test("the starter's bundle source comes under the control plane unchanged")
    func starter() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Examples/starter").standardized
        let source = try BundleSource.load(folder.path, now: 0).snapshot
        let tree = try ConfigTree(source)
        var snapshot = try tree.snapshot()
        snapshot.configuration = nil
        #expect(try ConfigTree(snapshot) == tree)
        // Sets have no order; all else is as it was.
        #expect(snapshot.withSortedLists == source.withSortedLists)
        var read = ConfigTree()
        try read.apply(commands: tree.commandsText())
        #expect(read == tree)
    }

    @Test("what the grammar has no form for is refused with its place")
    func refusedSnapshot() throws {
        var snapshot = FullConfiguration.snapshot
        snapshot.agents[0].keys[0].createdAt = -1
        snapshot.policies[0].match.method = []
        snapshot.policies[0].match.identity = IdentityMatch()
        snapshot.issuers[0].audiences = ["\u{E4}"]
        let error = #expect(throws: ConfigProblems.self) { try ConfigTree(snapshot) }
        let paths = error?.problems.map(\.path.text)
        #expect(
            paths == [
                "agent a key abcdefghijkl created", "issuer https://i.test audience",
                "policy p match identity", "policy p match method",
            ]
        )
    }
}

extension Snapshot {
    /// With all lists in the order of their texts.
    fileprivate var withSortedLists: Snapshot {
        var sorted = self
        sorted.agents.sort { $0.agentID < $1.agentID }
        sorted.policies.sort { $0.policyID < $1.policyID }
        sorted.quotas.sort { ($0.agentID ?? "") < ($1.agentID ?? "") }
        sorted.destinationGroups = destinationGroups.mapValues { $0.sorted() }
        for place in sorted.policies.indices {
            sorted.policies[place].match.destination?.sort()
            sorted.policies[place].match.method?.sort()
            sorted.policies[place].match.time?.days?.sort()
        }
        return sorted
    }
}
