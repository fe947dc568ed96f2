// Where tokens are verified that a worker has not seen: on a thread of their own, so that a
// flood of bad tokens cannot take a worker's time. The connection waits under a deadline.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import ClawgressReactor
import Synchronization

/// A verdict on a token, for the worker that asked.
struct VerifiedToken: Sendable {
    /// The table token of the agent's connection.
    let connection: UInt64
    let token: [UInt8]
    /// Whom a refusal counts against: the source, and the keyed hash of the claimed agent id.
    let source: UInt64
    let claimed: UInt64
    let verdict: TokenVerdict
    /// The snapshot that it was verified under.
    let generation: UInt64
    let seconds: Int64
}

/// Verifies tokens for all workers.
final class TokenDesk: Sendable {
    /// A token to be verified.
    struct Question: Sendable {
        let connection: UInt64
        let token: [UInt8]
        let snapshot: GatewaySnapshot
        let source: UInt64
        /// The keyed hash of the claimed agent id; 0 for none.
        let claimed: UInt64
        let inbox: Mailbox<WorkerMessage>
    }

    /// The most verifications that may wait.
    static let waitingMax = 1_024

    private let questions: Mailbox<Question>
    /// Verifications that were asked for and not answered; the thread takes the mailbox empty long
    /// before it has answered what was in it.
    private let waiting = Waiting()

    private final class Waiting: Sendable {
        let count = Atomic<Int>(0)
    }

    /// Starts the thread; nil if the system has none left.
    init?() {
        guard let questions = Mailbox<Question>(bound: Self.waitingMax) else { return nil }
        self.questions = questions
        let waiting = self.waiting
        let started = LoopThread.start(name: "tokens") {
            while true {
                for question in questions.wait(milliseconds: -1) {
                    Self.answer(question)
                    waiting.count.subtract(1, ordering: .relaxed)
                }
            }
        }
        guard started else { return nil }
    }

    /// Asks for a verdict.
    ///
    /// - Returns: false if too many wait already.
    func ask(_ question: Question) -> Bool {
        let before = waiting.count.add(1, ordering: .relaxed).oldValue
        if before < Self.waitingMax, questions.post(question) { return true }
        waiting.count.subtract(1, ordering: .relaxed)
        return false
    }

    private static func answer(_ question: Question) {
        let seconds = Int64(SystemClock.realtimeNanoseconds() / 1_000_000_000)
        let verifier = TokenVerifier(index: question.snapshot.identity)
        let verdict = verifier.verify(question.token.span, now: seconds)
        question.inbox.post(
            .verified(
                VerifiedToken(
                    connection: question.connection,
                    token: question.token,
                    source: question.source,
                    claimed: question.claimed,
                    verdict: verdict,
                    generation: question.snapshot.generation,
                    seconds: seconds
                )
            )
        )
    }
}
