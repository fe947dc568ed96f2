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
        let inbox: Mailbox<WorkerMessage>
    }

    /// The most verifications that may wait.
    static let waitingMax = 1_024

    private let questions: Mailbox<Question>

    /// Starts the thread; nil if the system has none left.
    init?() {
        guard let questions = Mailbox<Question>(bound: Self.waitingMax) else { return nil }
        self.questions = questions
        let started = LoopThread.start(name: "tokens") {
            while true {
                for question in questions.wait(milliseconds: -1) { Self.answer(question) }
            }
        }
        guard started else { return nil }
    }

    /// Asks for a verdict.
    ///
    /// - Returns: false if too many wait already.
    func ask(_ question: Question) -> Bool {
        questions.post(question)
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
                    verdict: verdict,
                    generation: question.snapshot.generation,
                    seconds: seconds
                )
            )
        )
    }
}
