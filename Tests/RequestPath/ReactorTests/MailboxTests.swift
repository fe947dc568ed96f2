// Messages cross threads here; order, bound and wake-up are what callers rely on.

import ClawgressReactor
import Testing

@Suite("Mailbox")
struct MailboxTests {
    @Test("messages come out in order, and the bound holds")
    func orderAndBound() throws {
        let box = try #require(Mailbox<Int>(bound: 2))
        #expect(box.post(1))
        #expect(box.post(2))
        #expect(!box.post(3))
        #expect(box.takeAll() == [1, 2])
        #expect(box.post(4))
        #expect(box.takeAll() == [4])
    }

    @Test("a waiting thread is woken by a message of another thread")
    func wakes() throws {
        let questions = try #require(Mailbox<Int>(bound: 8))
        let answers = try #require(Mailbox<Int>(bound: 8))
        let started = LoopThread.start(name: "echo") {
            for number in questions.wait(milliseconds: 10_000) { answers.post(number * 2) }
        }
        #expect(started)
        questions.post(21)
        #expect(answers.wait(milliseconds: 10_000) == [42])
    }
}
