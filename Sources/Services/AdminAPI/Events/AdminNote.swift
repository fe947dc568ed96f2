// What is noted of an operator's action in the transaction that does it, until the journal has put
// it into the spool: who, from where, what, to what, and how it ended.

import ClawgressAudit
import ClawgressContract
import ClawgressModel

/// An administrative event on its way to the spool.
struct AdminNote: Codable, Sendable {
    /// The two halves of the event's id, which tells after a crash whether it arrived.
    var idHigh: UInt64
    var idLow: UInt64
    /// Microseconds since 1970 UTC.
    var timestamp: Int64
    /// The user; nil if nobody was proved.
    var actor: String?
    var role: AdminRole?
    var credentialID: String?
    /// Where the request came from, as the connection says it.
    var source: String
    var action: String
    /// What it was done to, such as a user or a revision.
    var subject: String
    /// What changed, or why it was refused.
    var summary: String
    var result: String
    /// The problem's code where it was refused.
    var reason: String?
    var revision: String?
    var commitID: String?
    var serial: Int64?

    /// Notes what `caller` did, or tried.
    ///
    /// - Parameter microseconds: wall clock, since 1970 UTC.
    init(
        _ caller: Caller,
        _ action: AdminAction,
        _ subject: String,
        _ summary: String,
        refusal: Refusal? = nil,
        at microseconds: Int64
    ) {
        var random = SystemRandomNumberGenerator()
        let id = RequestID(
            milliseconds: UInt64(max(0, microseconds) / 1_000),
            random: (random.next(), random.next())
        )
        idHigh = id.high
        idLow = id.low
        timestamp = microseconds
        let isProved = !caller.user.isEmpty
        actor = isProved ? caller.user : nil
        role = isProved ? caller.role : nil
        credentialID = caller.credentialID.isEmpty ? nil : caller.credentialID
        source = caller.source
        self.action = "\(action.name)"
        self.subject = subject
        self.summary = refusal?.problem.detail ?? summary
        let ended: AdminResult =
            if let refusal { refusal.problem.status < 500 ? .refused : .failed } else { .ok }
        result = "\(ended.name)"
        reason = refusal?.problem.code
    }

    /// The id of the event.
    var eventID: RequestID { RequestID(high: idHigh, low: idLow) }

    /// Says that the action was refused under a code.
    mutating func refuse(_ code: String) {
        result = "\(AdminResult.refused.name)"
        reason = code
    }

    /// Says that the daemon ended before anybody knew what became of the action.
    mutating func leaveOpen() {
        summary = "the daemon ended before it knew whether this was done"
        result = "\(AdminResult.failed.name)"
        reason = Refusal.outcomeUnknownCode
    }

    /// The event as the spool takes it.
    ///
    /// - Throws: `AdminEventError` for a defect of ours.
    func event() throws(AdminEventError) -> AdminEvent {
        try AdminEvent(
            eventID: eventID,
            timestamp: timestamp,
            actor: AdminActor(
                name: actor,
                role: role.flatMap { ActorRole(name: $0.rawValue) },
                credentialID: credentialID
            ),
            source: IPAddress(source),
            action: AdminAction(name: action) ?? .request,
            subject: subject,
            result: AdminResult.allCases.first { "\($0.name)" == result } ?? .failed,
            reason: reason,
            revision: revision,
            commitID: commitID,
            serial: serial,
            summary: summary
        )
    }
}
