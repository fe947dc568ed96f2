// A log that goes on is believed; one that goes back, forks or is another's is not, and what was
// believed before stays.

import ClawgressShipping
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

@Suite("What is remembered of the log")
struct LogMemoryTests {
    /// A log whose entries are texts.
    private struct Log {
        let signer: NoteSigner
        var entries: [[UInt8]] = []

        init(seed: UInt8 = 1) throws {
            signer = try NoteSigner(
                .ed25519,
                name: "example.org/log",
                seed: [UInt8](repeating: seed, count: 32)
            )
        }

        func head(_ size: Int) -> TreeHead {
            var edge = TreeEdge()
            for entry in entries[..<size] { edge.append(.leaf(entry)) }
            return edge.head
        }

        func note(_ size: Int) throws -> String {
            let checkpoint = try #require(
                Checkpoint(origin: signer.key.name, head: head(size))
            )
            var note = try #require(SignedNote(text: checkpoint.text))
            try signer.sign(&note, time: 0)
            return note.encoded
        }

        func proof(_ old: Int, _ new: Int) throws -> [[UInt8]] {
            let plan = try ProofPlan.consistency(from: old, to: new)
            let leaves = entries.map { TreeHash.leaf($0) }
            func hash(_ node: TreeNode) -> TreeHash {
                guard node.level > 0 else { return leaves[node.index] }
                let below = TreeNode(level: node.level - 1, index: 2 * node.index)
                let beside = TreeNode(level: node.level - 1, index: 2 * node.index + 1)
                return .node(hash(below), hash(beside))
            }
            return plan.hashes(hash).map(\.bytes)
        }
    }

    private static func log(_ count: Int, seed: UInt8 = 1, word: String = "entry") throws -> Log {
        var log = try Log(seed: seed)
        log.entries = (0..<count).map { Array("\(word) \($0)".utf8) }
        return log
    }

    @Test("believes a log that goes on, from any size to any other")
    func goesOn() throws {
        let log = try Self.log(20)
        for old in 0...20 {
            for new in old...20 {
                var memory = LogMemory(key: log.signer.key)
                try memory.take(log.note(old), [])
                let proof = old == 0 || old == new ? [] : try log.proof(old, new)
                try memory.take(log.note(new), proof)
                #expect(memory.size == new)
            }
        }
    }

    @Test("goes on from what was kept over a restart")
    func kept() throws {
        let log = try Self.log(9)
        var memory = try LogMemory(key: log.signer.key, kept: log.note(5))
        #expect(memory.size == 5)
        try memory.take(log.note(9), log.proof(5, 9))
        #expect(memory.size == 9)
    }

    @Test("refuses a log that is shorter than it was")
    func rolledBack() throws {
        let log = try Self.log(9)
        var memory = try LogMemory(key: log.signer.key, kept: log.note(9))
        #expect(throws: LogContradiction.shorter(was: 9, now: 5)) {
            try memory.take(log.note(5), [])
        }
        #expect(memory.size == 9)
    }

    @Test("refuses a log that was written anew, with the true key", arguments: [9, 12])
    func forked(size: Int) throws {
        let log = try Self.log(12)
        let other = try Self.log(12, word: "other")
        var memory = try LogMemory(key: log.signer.key, kept: log.note(9))
        let proof = size == 9 ? [] : try other.proof(9, size)
        #expect(throws: LogContradiction.self) { try memory.take(other.note(size), proof) }
        #expect(memory.kept?.head == log.head(9))
    }

    @Test("refuses a proof that is missing, cut or of another size")
    func badProofs() throws {
        let log = try Self.log(12)
        var memory = try LogMemory(key: log.signer.key, kept: log.note(5))
        let proof = try log.proof(5, 12)
        for bad in [[], Array(proof.dropLast()), proof + [proof[0]], try log.proof(6, 12)] {
            #expect(throws: LogContradiction.self) { try memory.take(log.note(12), bad) }
        }
        try memory.take(log.note(12), proof)
    }

    @Test("refuses what another key signed, and what is no checkpoint")
    func unsigned() throws {
        let log = try Self.log(5)
        let stranger = try Self.log(5, seed: 2)
        var memory = LogMemory(key: log.signer.key)
        for note in [try stranger.note(5), "", "x\n\n", String(try log.note(5).dropLast(9))] {
            #expect(throws: LogContradiction.self) { try memory.take(note, []) }
        }
        #expect(memory.kept == nil)
        #expect(throws: LogContradiction.self) {
            try LogMemory(key: log.signer.key, kept: stranger.note(5))
        }
    }
}
