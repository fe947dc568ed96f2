// What is to be told of alerts, in order. Pure: times are passed in, and what waits is bounded,
// because whoever is to be told may be gone.

/// Notes that wait.
///
/// What lasts is either looked at as a whole (``look(_:at:)``), or begins and ends one by one
/// (``begin(_:_:at:)``, ``end(_:at:)``): a daemon does one of both. What has no end is noted by
/// itself.
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
            let state: AlertNote.State = now.contains(subject) ? .raised : .over
            add(AlertNote(subject: subject, state: state, text: nil, time: time))
        }
        raised = now
    }

    /// Something that lasts is there; nothing is noted if it was there before.
    ///
    /// If its end still waits to be told, it is as if it had never ended: what comes and goes
    /// while nobody listens has two notes and not two thousand. The first note may be on its way
    /// already, so it stays.
    public mutating func begin(
        _ subject: AlertNote.Subject,
        _ text: AlertNote.Text,
        at time: Int64
    ) {
        guard raised.insert(subject).inserted else { return }
        let end = waiting.lastIndex { $0.subject == subject && $0.state == .over }
        if let end, end > 0 {
            waiting.remove(at: end)
        } else {
            add(AlertNote(subject: subject, state: .raised, text: text, time: time))
        }
    }

    /// Something that lasts is not there; nothing is noted if it was not there before.
    public mutating func end(_ subject: AlertNote.Subject, at time: Int64) {
        guard raised.remove(subject) != nil else { return }
        add(AlertNote(subject: subject, state: .over, text: nil, time: time))
    }

    /// Something happened that has no end.
    public mutating func happened(
        _ subject: AlertNote.Subject,
        _ text: AlertNote.Text,
        at time: Int64
    ) {
        add(AlertNote(subject: subject, state: .happened, text: text, time: time))
    }

    /// A note was told; it may have been dropped meanwhile.
    public mutating func told(_ note: AlertNote) {
        if waiting.first == note { waiting.removeFirst() }
    }

    private mutating func add(_ note: AlertNote) {
        waiting.append(note)
        guard waiting.count > Self.countMax else { return }
        waiting.removeFirst()
        dropped += 1
    }
}
