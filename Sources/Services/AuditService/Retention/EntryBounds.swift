// From where on the log has entries, and from where on it must go on to have them: whoever still has to
// read entries holds them here, and nothing that is held is pruned.

public import ClawgressTransparencyLog
import Synchronization

/// The beginning of a log's entries; for any number of tasks.
public final class EntryBounds: Sendable {
    private struct State {
        var notice: RetentionNotice?
        var holds: [String: Int] = [:]
    }

    private let state: Mutex<State>

    init(_ notice: RetentionNotice?) {
        state = Mutex(State(notice: notice))
    }

    /// Entries before it are gone, or are going.
    public var minimum: Int { state.withLock { $0.notice?.minimum ?? 0 } }

    /// What the log publishes of it; nil before the first policy.
    public var notice: RetentionNotice? { state.withLock { $0.notice } }

    /// Keeps all entries from `index` on, in place of what the same reader held before.
    ///
    /// - Parameter reader: names who has not read them.
    public func hold(_ reader: String, from index: Int) {
        state.withLock { $0.holds[reader] = index }
    }

    /// Ends what a reader held.
    public func release(_ reader: String) {
        state.withLock { $0.holds[reader] = nil }
    }

    /// The first entry that a reader holds; nil if nobody does.
    var held: Int? { state.withLock { $0.holds.values.min() } }

    /// The notice is on the disk.
    func raise(to notice: RetentionNotice) {
        state.withLock { $0.notice = notice }
    }
}
