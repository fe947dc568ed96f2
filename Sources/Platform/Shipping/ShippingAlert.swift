// What of shipping people are alerted to, in the same words whichever process ships.

/// An alert about shipping.
public struct ShippingAlert: Sendable, Equatable {
    /// The kinds; the words are stable.
    public enum Kind: String, Sendable, CaseIterable {
        /// Nothing is acknowledged while something waits.
        case unreachable = "audit_unreachable"
        /// The log refuses a record.
        case refused = "audit_refused"
        /// The spool fills.
        case backlog = "spool_backlog"
        /// The log contradicted itself.
        case inconsistent = "log_inconsistent"
        /// The spool's disk gives errors.
        case spoolFailed = "spool_failed"
        /// The state folder cannot be written.
        case stateFailed = "state_failed"

        /// Whether it is about a state, which has an end.
        public var lasts: Bool {
            switch self {
            case .unreachable, .backlog, .inconsistent: true
            case .refused, .spoolFailed, .stateFailed: false
            }
        }
    }

    /// Its kind.
    public let kind: Kind
    /// What happened.
    public let sentence: String
    /// The values that belong to it.
    public let details: [String: String]

    private static let contradiction =
        "the log contradicted itself: records are shipped, and none is deleted here"

    /// The alert that a complaint is.
    public init(_ complaint: ShippingComplaint) {
        switch complaint {
        case .refused(let record, let code):
            kind = .refused
            sentence = "the audit service refuses a record, which stays in the spool"
            details = ["record": record, "code": code]
        case .inconsistent(let problem):
            kind = .inconsistent
            sentence = Self.contradiction
            details = ["problem": problem]
        case .spool(let problem):
            kind = .spoolFailed
            sentence = "the spool cannot be read or emptied"
            details = ["problem": problem]
        case .files(let problem):
            kind = .stateFailed
            sentence = "what was shipped cannot be noted"
            details = ["problem": problem]
        }
    }

    private init(_ kind: Kind, _ sentence: String, _ details: [String: String]) {
        self.kind = kind
        self.sentence = sentence
        self.details = details
    }

    /// The alerts about states that last, as a view shows them.
    fileprivate static func states(_ view: ShippingView) -> [ShippingAlert] {
        var states: [ShippingAlert] = []
        if let milliseconds = view.unreachableFor {
            states.append(
                ShippingAlert(
                    .unreachable,
                    "the audit service acknowledges nothing, records wait in the spool",
                    ["milliseconds": "\(milliseconds)", "problem": view.problem ?? "none"]
                )
            )
        }
        if view.isBacklogged {
            states.append(
                ShippingAlert(
                    .backlog,
                    "the spool fills, and the log does not empty it",
                    ["bytes": "\(view.spoolBytes)"]
                )
            )
        }
        if view.isInconsistent {
            states.append(
                ShippingAlert(.inconsistent, contradiction, ["log.size": "\(view.logSize)"])
            )
        }
        return states
    }
}

/// Alerts about states are due when the state begins and then once a minute for as long as it
/// lasts, so that their count says for how long it did.
public struct ShippingAlerts: Sendable {
    private static let repeatMilliseconds: Int64 = 60_000

    /// When each was due last, while its state lasts.
    private var raised: [ShippingAlert.Kind: Int64] = [:]

    /// No state lasts yet.
    public init() {}

    /// The states that do not last, or not any more.
    public static func absent(_ view: ShippingView) -> [ShippingAlert.Kind] {
        let lasting = Set(ShippingAlert.states(view).map(\.kind))
        return ShippingAlert.Kind.allCases.filter { $0.lasts && !lasting.contains($0) }
    }

    /// The alerts that are due.
    ///
    /// - Parameter now: milliseconds of a clock that never goes back.
    public mutating func due(_ view: ShippingView, at now: Int64) -> [ShippingAlert] {
        let states = ShippingAlert.states(view)
        let lasting = Set(states.map(\.kind))
        raised = raised.filter { lasting.contains($0.key) }
        return states.filter { alert in
            if let last = raised[alert.kind], now - last < Self.repeatMilliseconds { return false }
            raised[alert.kind] = now
            return true
        }
    }
}
