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

    private struct Waiting {
        let note: AlertNote
        /// How often the receiver did not want it, and until when it is left alone for that.
        var refusals = 0
        var heldUntil = Int64.min
        /// Whether it may have reached the receiver, although nothing is known of that.
        var isSent = false
    }

    private var raised: Set<AlertNote.Subject> = []
    private var waiting: [Waiting] = []
    private let pauses = RetryPauses()
    /// How many were dropped for want of room.
    public private(set) var dropped: UInt64 = 0

    /// Nothing is raised.
    public init() {}

    /// The note that is to be told next; from now on it may have come.
    ///
    /// Notes of what lasts are told in their order for each subject; a note that was refused holds
    /// back no other ones.
    ///
    /// - Parameter now: milliseconds of a clock that never goes back.
    public mutating func next(at now: Int64) -> AlertNote? {
        var held: Set<AlertNote.Subject> = []
        for (place, each) in waiting.enumerated() {
            let lasts = each.note.state != .happened
            if each.heldUntil <= now, !lasts || !held.contains(each.note.subject) {
                waiting[place].isSent = true
                return each.note
            }
            if lasts { held.insert(each.note.subject) }
        }
        return nil
    }

    /// Looks at what is raised now.
    ///
    /// - Parameter time: in microseconds since 1970 UTC.
    public mutating func look(_ now: Set<AlertNote.Subject>, at time: Int64) {
        let changed = now.symmetricDifference(raised).sorted {
            ($0.alert, $0.sink ?? "") < ($1.alert, $1.sink ?? "")
        }
        for subject in changed {
            if now.contains(subject) {
                begin(subject, nil, at: time)
            } else {
                end(subject, at: time)
            }
        }
    }

    /// Something that lasts is there; nothing is noted if it was there before.
    ///
    /// If its end still waits to be told, it is as if it had never ended: what comes and goes
    /// while nobody listens has two notes and not two thousand. An end that may have come stays.
    ///
    /// - Parameter text: nil where the word says all.
    public mutating func begin(
        _ subject: AlertNote.Subject,
        _ text: AlertNote.Text?,
        at time: Int64
    ) {
        guard raised.insert(subject).inserted else { return }
        let end = waiting.lastIndex { $0.note.subject == subject && $0.note.state == .over }
        if let end, !waiting[end].isSent {
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
        if let place = place(of: note) { waiting.remove(at: place) }
    }

    /// The receiver did not want a note.
    ///
    /// It is tried again after a pause: what is refused today may be wanted when something is mended.
    ///
    /// - Parameters:
    ///   - now: as for ``next(at:)``.
    ///   - random: any number.
    /// - Returns: whether it was refused for the first time.
    public mutating func refused(_ note: AlertNote, at now: Int64, random: UInt64) -> Bool {
        guard let place = place(of: note) else { return false }
        waiting[place].isSent = false
        waiting[place].refusals += 1
        let refusals = waiting[place].refusals
        waiting[place].heldUntil =
            now + pauses.after(failures: refusals, asked: nil, random: random)
        return refusals == 1
    }

    private func place(of note: AlertNote) -> Int? {
        waiting.firstIndex { $0.note == note }
    }

    /// Makes room, if there is none, by the oldest note of what has no end.
    ///
    /// Only where all are of what lasts does one of those go, and if its subject still is raised, it
    /// is told anew when it is seen again.
    private mutating func add(_ note: AlertNote) {
        waiting.append(Waiting(note: note))
        guard waiting.count > Self.countMax else { return }
        let place = waiting.firstIndex { $0.note.state == .happened } ?? 0
        let gone = waiting.remove(at: place).note
        if gone.state == .raised { raised.remove(gone.subject) }
        dropped += 1
    }
}
