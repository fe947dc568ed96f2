// The exchange with one witness: what is sent, what answers mean, and what is said next.

import ClawgressAuditService
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

@Suite("the exchange with a witness")
struct WitnessTests {
    private func signed() throws -> (note: SignedNote, cosignature: Cosignature) {
        let log = try NoteSigner.generate(.ed25519, name: "log.test/one")
        let witness = try NoteSigner.generate(.cosignature, name: "w/1")
        let text = "log.test/one\n0\n\(TreeHash.emptyTree.base64)\n"
        var note = try #require(SignedNote(text: text))
        try log.sign(&note, time: 0)
        var cosigned = note
        try witness.sign(&cosigned, time: 7)
        let answer = Array(cosigned.encoded.utf8.dropFirst(note.encoded.utf8.count))
        return (note, try Cosignature(answer: answer, to: note, by: witness.key))
    }

    @Test("sends the old size, the proof, an empty line and the checkpoint")
    func request() throws {
        let note = try signed().note
        let hash = [UInt8](repeating: 0, count: 32)
        let line = "\(String(repeating: "A", count: 43))=\n"
        let body = WitnessRequest.body(old: 12, proof: [hash, hash], checkpoint: note)
        #expect(body == "old 12\n\(line)\(line)\n\(note.encoded)")
        let first = WitnessRequest.body(old: 0, proof: [], checkpoint: note)
        #expect(first == "old 0\n\n\(note.encoded)")
    }

    @Test("reads each answer for what it says")
    func answers() throws {
        let (note, cosignature) = try signed()
        let type = "text/x.tlog.size"
        func answer(_ status: Int, _ body: String, _ type: String? = nil) -> WitnessAnswer {
            let body = Array(body.utf8)
            return WitnessAnswer(
                status: status,
                type: type,
                body: body,
                to: note,
                by: cosignature.key
            )
        }
        var cosigned = note
        cosigned.add(cosignature.signature)
        let line = String(cosigned.encoded.dropFirst(note.encoded.count))
        #expect(answer(200, line) == .cosigned(cosignature))
        #expect(answer(409, "12\n", type) == .holds(size: 12))
        #expect(answer(409, "0\n", type) == .holds(size: 0))
        #expect(answer(422, "") == .inconsistent)
        for body in ["", "12", "012\n", "-1\n", "+1\n", " 1\n", "1\n\n", "99999999999999999999\n"] {
            guard case .failed = answer(409, body, type) else {
                Issue.record("409 with \(body)")
                continue
            }
        }
        for (status, body) in [(200, ""), (200, "no\n"), (409, "12\n"), (500, line), (301, "")] {
            guard case .failed = answer(status, body) else {
                Issue.record("\(status) with \(body)")
                continue
            }
        }
        for status in [400, 403, 404] {
            guard case .refused = answer(status, "") else {
                Issue.record("\(status)")
                continue
            }
        }
    }

    @Test("proves from the size that the witness says, in the same round")
    func corrected() throws {
        let cosignature = try signed().cosignature
        var generator = SystemRandomNumberGenerator()
        var dialogue = WitnessDialogue(every: 1_000)
        #expect(dialogue.begin(size: 500, now: 0) == 0)
        func take(_ answer: WitnessAnswer, old: Int, size: Int, now: Int64) -> Int? {
            dialogue.take(answer, old: old, size: size, now: now, using: &generator)
        }
        #expect(take(.holds(size: 300), old: 0, size: 500, now: 0) == 300)
        #expect(take(.cosigned(cosignature), old: 300, size: 500, now: 0) == nil)
        #expect(dialogue.standing == .cosigned && dialogue.known == 500)
        #expect(dialogue.begin(size: 700, now: 1) == 500)
        // One that says another size each time is not asked for ever.
        var (old, asked) = (500, 0)
        while let next = take(.holds(size: old - 1), old: old, size: 700, now: 1) {
            (old, asked) = (next, asked + 1)
        }
        #expect(asked == 2)
        guard case .failed = dialogue.standing else {
            Issue.record("\(dialogue.standing)")
            return
        }
    }

    @Test("knows a log that was rolled back from one that was written anew")
    func otherLog() {
        var generator = SystemRandomNumberGenerator()
        var dialogue = WitnessDialogue(known: 500, every: 1_000)
        #expect(dialogue.begin(size: 400, now: 0) == 400)
        let again = dialogue.take(.holds(size: 500), old: 400, size: 400, now: 0, using: &generator)
        #expect(again == nil && dialogue.standing == .ahead(size: 500))
        #expect(dialogue.standing.isOtherLog)
        _ = dialogue.take(.inconsistent, old: 500, size: 600, now: 0, using: &generator)
        #expect(dialogue.standing == .inconsistent && dialogue.standing.isOtherLog)
        _ = dialogue.take(.refused("x"), old: 500, size: 600, now: 0, using: &generator)
        #expect(!dialogue.standing.isOtherLog)
    }

    @Test("asks one that fails less and less often, at a time of chance, and never gives up")
    func silence() throws {
        let cosignature = try signed().cosignature
        var generator = SystemRandomNumberGenerator()
        var dialogue = WitnessDialogue(every: 1_000)
        var now: Int64 = 0
        var silences: [Int64] = []
        for _ in 0..<14 {
            let begin = now
            while dialogue.begin(size: 9, now: now) == nil { now += 100 }
            silences.append(now - begin)
            _ = dialogue.take(.failed("x"), old: 0, size: 9, now: now, using: &generator)
        }
        for (place, silence) in silences.enumerated().dropFirst() {
            let longest = min(Int64(1_000) << (place - 1), 300_000)
            #expect(silence >= longest / 2 && silence <= longest + 100, "\(place)")
        }
        now += 300_000
        #expect(dialogue.begin(size: 9, now: now) == 0)
        _ = dialogue.take(.cosigned(cosignature), old: 0, size: 9, now: now, using: &generator)
        #expect(dialogue.begin(size: 10, now: now) == 9)
    }

    @Test("waits for enough witnesses only while there is something to witness")
    func quorum() {
        var quorum = WitnessQuorum(witnessed: 0)
        #expect(quorum.waiting(size: 0, now: 50) == 0)
        #expect(quorum.waiting(size: 3, now: 1_000) == 0)
        #expect(quorum.waiting(size: 5, now: 4_000) == 3_000)
        quorum.reached(5)
        #expect(quorum.waiting(size: 5, now: 9_000) == 0)
        // After a long idle time the wait begins anew.
        #expect(quorum.waiting(size: 6, now: 90_000) == 0)
        #expect(quorum.waiting(size: 6, now: 91_000) == 1_000 && quorum.witnessed == 5)
    }
}
