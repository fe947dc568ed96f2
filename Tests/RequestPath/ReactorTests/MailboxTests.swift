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

    @Test("what must not be lost waits for room", .timeLimit(.minutes(5)))
    func delivers() async throws {
        let box = try #require(Mailbox<Int>(bound: 1))
        await withTaskGroup { group in
            for number in 0..<8 { group.addTask { await box.deliver(number) } }
            group.addTask {
                var taken: [Int] = []
                while taken.count < 8 {
                    taken += box.takeAll()
                    await Task.yield()
                }
                #expect(taken.sorted() == Array(0..<8))
            }
        }
    }

    @Test("a task that is cancelled does not wait for room")
    func cancelled() async throws {
        let box = try #require(Mailbox<Int>(bound: 1))
        box.post(1)
        let delivering = Task { await box.deliver(2) }
        delivering.cancel()
        await delivering.value
        #expect(box.takeAll() == [1])
    }
}
