// What the handlers of all routes share.

import ClawgressContract
import Logging

/// The admin API without its listener.
struct AdminService: Sendable {
    let store: AdminStore
    let desk: ConfigurationDesk
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

    /// Keeps an audit event; it is on the disk when this returns.
    func record(
        _ caller: Caller,
        _ action: String,
        _ target: String,
        _ summary: String,
        refusal: Refusal? = nil
    ) async throws(Refusal) {
        try store.record(await desk.event(caller, action, target, summary, refusal: refusal))
    }

    /// Does something that is audited, and keeps how it ended before the answer goes out.
    func audited<Answer: Sendable>(
        _ call: AdminCall,
        _ action: String,
        _ target: String,
        _ work: () async throws(Refusal) -> (answer: Answer, summary: String)
    ) async throws(Refusal) -> Answer {
        let result: (answer: Answer, summary: String)
        do throws(Refusal) {
            result = try await work()
        } catch {
            try await record(call.caller, action, target, "", refusal: error)
            throw error
        }
        try await record(call.caller, action, target, result.summary)
        return result.answer
    }
}
