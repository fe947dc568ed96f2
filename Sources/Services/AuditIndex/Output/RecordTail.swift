// Whoever watches records come. Each has a bounded queue of its own; who reads more slowly than
// records come is told so and let go, so that nobody waits for anybody.

import Synchronization

/// The watchers of the live tail.
public final class RecordTail: Sendable {
    /// Why a watcher hears no more.
    public enum End: String, Sendable {
        /// Its queue was full.
        case tooSlow = "too_slow"
        /// The service stops.
        case stopping
    }

    /// What a watcher hears.
    public enum Message: Sendable, Equatable {
        /// A record that matches, and its place in the log.
        case record(leaf: Int64, bytes: [UInt8])
        /// Nothing: a sign of life for whatever lies between.
        case pulse
    }

    private struct Watcher {
        let filter: EventFilter
        let queue: AsyncStream<Message>.Continuation
    }

    private struct State {
        var watchers: [Int: Watcher] = [:]
        var ends: [Int: End] = [:]
        var lastID = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let watchersMax: Int
    private let queueMax: Int

    /// - Parameters:
    ///   - watchersMax: how many may watch at a time.
    ///   - queueMax: how many records may wait for one of them.
    public init(watchersMax: Int, queueMax: Int) {
        self.watchersMax = watchersMax
        self.queueMax = queueMax
    }

    /// Whether records have to be offered at all.
    public var isWatched: Bool { state.withLock { !$0.watchers.isEmpty } }

    /// Watches what comes from now on; nil if too many do already.
    public func watch(_ filter: EventFilter) -> RecordWatch? {
        let (stream, queue) = AsyncStream<Message>.makeStream(
            bufferingPolicy: .bufferingOldest(queueMax)
        )
        let id: Int? = state.withLock { state in
            guard !state.isStopped, state.watchers.count < watchersMax else { return nil }
            state.lastID += 1
            state.watchers[state.lastID] = Watcher(filter: filter, queue: queue)
            return state.lastID
        }
        guard let id else { return nil }
        return RecordWatch(id: id, messages: stream, tail: self)
    }

    /// Offers records that are in the index now, in their order.
    public func offer(_ records: [(entry: IndexEntry, time: Int64, bytes: [UInt8])]) {
        state.withLock { state in
            for (id, watcher) in state.watchers {
                for (entry, time, bytes) in records
                where watcher.filter.matches(entry.record, time: time) {
                    let message = Message.record(leaf: entry.leaf, bytes: bytes)
                    guard case .dropped = watcher.queue.yield(message) else { continue }
                    Self.end(id, .tooSlow, &state)
                    break
                }
            }
        }
    }

    /// Gives every watcher a sign of life.
    public func pulse() {
        state.withLock { state in
            for (id, watcher) in state.watchers {
                if case .dropped = watcher.queue.yield(.pulse) { Self.end(id, .tooSlow, &state) }
            }
        }
    }

    /// Lets every watcher go.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            for id in state.watchers.keys { Self.end(id, .stopping, &state) }
        }
    }

    private static func end(_ id: Int, _ end: End, _ state: inout State) {
        guard let watcher = state.watchers.removeValue(forKey: id) else { return }
        state.ends[id] = end
        watcher.queue.finish()
    }

    /// Why a watcher's queue ended.
    fileprivate func end(of id: Int) -> End {
        state.withLock { $0.ends[id] ?? .stopping }
    }

    fileprivate func leave(_ id: Int) {
        state.withLock { state in
            state.watchers.removeValue(forKey: id)?.queue.finish()
            state.ends.removeValue(forKey: id)
        }
    }
}

/// One watcher's end of the tail; it stops watching when it is let go.
public final class RecordWatch: Sendable {
    /// What it hears, for one reader.
    public let messages: AsyncStream<RecordTail.Message>
    private let id: Int
    private let tail: RecordTail

    fileprivate init(
        id: Int,
        messages: AsyncStream<RecordTail.Message>,
        tail: RecordTail
    ) {
        self.id = id
        self.messages = messages
        self.tail = tail
    }

    deinit { tail.leave(id) }

    /// Why the messages ended.
    public var end: RecordTail.End { tail.end(of: id) }
}
