// What the handlers of all routes share.

import ClawgressAudit
import ClawgressContract
import Logging

/// The admin API without its listener.
struct AdminService: Sendable {
    let store: AdminStore
    let desk: ConfigurationDesk
    let journal: AdminJournal
    let shipping: AdminShipping
    /// The log that may be asked; nil if none is configured.
    let log: LogQuestions?
    let authenticator: Authenticator
    let plane: any PolicyPlane
    let clock: AdminClock
    let logger: Logger
    let limits: AdminLimits
    /// The text of the OpenAPI document; nil if none was configured.
    let openAPI: String?
    /// Requests of a user, with whatever credential.
    let requests: Budgets
    /// Files of the log that a user reads, with whatever credential.
    let logFiles: Budgets
    /// Requests of a source to routes without credentials.
    let openRequests: Budgets
    /// New idempotency keys of a user: each is kept for a day.
    let newKeys = Budgets(rate: 1, burst: 1_000)
    /// Exports and tails that are open.
    let streams = StreamPlaces()
    /// Who reads the log's entries, as far as that is noted.
    let entryReadings = EntryReadings()
    /// What was counted since the start.
    let counters = AdminMetrics()
    /// Whole configurations as text.
    let texts = WrittenTexts()
    /// Answers that are being made of many records.
    let readers = RecordReaders()
    /// Which refusals have an event of their own.
    let refusals: RefusalLedger

    var bodyBytesMax: Int { limits.bodyBytes }

    /// Notes an audit event; the door spools it before the answer goes out.
    func record(
        _ caller: Caller,
        _ action: AdminAction,
        _ subject: String,
        _ summary: String,
        refusal: Refusal? = nil
    ) throws(Refusal) {
        let note = ownNote(caller, action, subject, summary, refusal: refusal)
        if let note { try store.record(note) }
    }

    /// The note of an event; nil for a refusal that is only counted.
    private func ownNote(
        _ caller: Caller,
        _ action: AdminAction,
        _ subject: String,
        _ summary: String,
        refusal: Refusal?
    ) -> AdminNote? {
        if refusal != nil, !refusals.isOfItsOwn(caller, at: clock.microseconds()) {
            counters.count(.refusalWithoutEvent)
            return nil
        }
        return note(caller, action, subject, summary, refusal: refusal)
    }

    /// Notes how many refusals had no event of their own, a line for each user or source.
    ///
    /// - Parameter isLast: whether nothing comes after it.
    func recordUntold(isLast: Bool) throws(Refusal) {
        for (caller, count) in refusals.untold(at: clock.microseconds(), isLast: isLast) {
            var note = note(caller, .request, "refusals", "\(count) more refusals in a short time")
            note.refuse("not_recorded_singly")
            try store.record(note)
        }
    }

    /// Describes what happens now.
    func note(
        _ caller: Caller,
        _ action: AdminAction,
        _ subject: String,
        _ summary: String,
        refusal: Refusal? = nil
    ) -> AdminNote {
        let now = clock.microseconds()
        return AdminNote(caller, action, subject, summary, refusal: refusal, at: now)
    }

    /// Does something whose own transaction notes its event, and notes a refusal.
    func audited<Answer: Sendable>(
        _ call: AdminCall,
        _ action: AdminAction,
        _ subject: String,
        _ work: () async throws(Refusal) -> Answer
    ) async throws(Refusal) -> Answer {
        do throws(Refusal) {
            return try await work()
        } catch {
            try record(call.caller, action, subject, "", refusal: error)
            throw error
        }
    }

    /// The same for what no transaction of ours does as a whole: it is noted before it begins, so
    /// that it has an event also if the daemon ends before it is known how it ended.
    func announced<Answer: Sendable>(
        _ call: AdminCall,
        _ action: AdminAction,
        _ subject: String,
        _ work: () async throws(Refusal) -> (answer: Answer, summary: String)
    ) async throws(Refusal) -> Answer {
        let intention = try store.intend(note(call.caller, action, subject, ""))
        let result: (answer: Answer, summary: String)
        do throws(Refusal) {
            result = try await work()
        } catch {
            let note = ownNote(call.caller, action, subject, "", refusal: error)
            try store.conclude(intention, note)
            throw error
        }
        try store.conclude(intention, note(call.caller, action, subject, result.summary))
        return result.answer
    }
}
