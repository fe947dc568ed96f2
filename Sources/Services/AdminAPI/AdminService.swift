// What the handlers of all routes share.

import ClawgressAudit
import ClawgressContract
import Logging

/// The admin API without its listener.
struct AdminService: Sendable {
    let store: AdminStore
    let desk: ConfigurationDesk
    let journal: AdminJournal
    let authenticator: Authenticator
    let plane: any PolicyPlane
    let clock: AdminClock
    let logger: Logger
    let limits: AdminLimits
    /// The text of the OpenAPI document; nil if none was configured.
    let openAPI: String?
    /// Requests of a credential.
    let requests: Budgets
    /// Requests of a source to routes without credentials.
    let openRequests: Budgets

    var bodyBytesMax: Int { limits.bodyBytes }

    /// Notes an audit event; the door spools it before the answer goes out.
    func record(
        _ caller: Caller,
        _ action: AdminAction,
        _ subject: String,
        _ summary: String,
        refusal: Refusal? = nil
    ) throws(Refusal) {
        let now = clock.microseconds()
        try store.record(
            AdminNote(caller, action, subject, summary, refusal: refusal, at: now)
        )
    }

    /// Does something that is audited, and notes how it ended.
    func audited<Answer: Sendable>(
        _ call: AdminCall,
        _ action: AdminAction,
        _ subject: String,
        _ work: () async throws(Refusal) -> (answer: Answer, summary: String)
    ) async throws(Refusal) -> Answer {
        let result: (answer: Answer, summary: String)
        do throws(Refusal) {
            result = try await work()
        } catch {
            try record(call.caller, action, subject, "", refusal: error)
            throw error
        }
        try record(call.caller, action, subject, result.summary)
        return result.answer
    }
}
