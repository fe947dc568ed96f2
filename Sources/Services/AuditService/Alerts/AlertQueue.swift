// What is to be told of alerts, in order. Pure: what changed is found by comparing what is raised, and
// what waits is bounded, because whoever is to be told may be gone.

/// An alert that began or ended.
public struct AlertNote: Sendable, Equatable {
    /// Its word, and for a sink the sink.
    public struct Subject: Sendable, Hashable {
        /// The alert's word.
        public let alert: String
        /// The sink that it is about; nil for one of the log.
        public let sink: String?

        /// Names an alert.
        public init(alert: String, sink: String? = nil) {
            self.alert = alert
            self.sink = sink
        }
    }

    /// What it is about.
    public let subject: Subject
    /// Whether it began.
    public let isRaised: Bool
    /// When, in microseconds since 1970 UTC.
    public let time: Int64
}

/// Notes that wait.
public struct AlertQueue: Sendable {
    /// How many wait at most.
    public static let countMax = 256

    private var raised: Set<AlertNote.Subject> = []
    private var waiting: [AlertNote] = []
    /// How many were dropped, the oldest first, for want of room.
    public private(set) var dropped: UInt64 = 0

    /// Nothing is raised.
    public init() {}

    /// The note that is to be told next.
    public var first: AlertNote? { waiting.first }

    /// Looks at what is raised now.
    ///
    /// - Parameter time: in microseconds since 1970 UTC.
    public mutating func look(_ now: Set<AlertNote.Subject>, at time: Int64) {
        let changed = now.symmetricDifference(raised).sorted {
            ($0.alert, $0.sink ?? "") < ($1.alert, $1.sink ?? "")
        }
        for subject in changed {
            let isRaised = now.contains(subject)
            waiting.append(AlertNote(subject: subject, isRaised: isRaised, time: time))
        }
        raised = now
        let over = waiting.count - Self.countMax
        guard over > 0 else { return }
        waiting.removeFirst(over)
        dropped += UInt64(over)
    }

    /// A note was told; it may have been dropped meanwhile.
    public mutating func told(_ note: AlertNote) {
        if waiting.first == note { waiting.removeFirst() }
    }
}
