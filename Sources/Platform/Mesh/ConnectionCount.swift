// Places of connections of those that have proved who they are, so that none takes all others' place.

import Logging
import Synchronization

/// Counts connections by whose they are.
final class ConnectionCount: Sendable {
    private struct State {
        var bySource: [String: Int] = [:]
        var count = 0
    }

    private let countMax: Int
    private let ofSourceMax: Int
    private let state = Mutex(State())
    private let refusals = RefusalCount()

    /// - Parameters:
    ///   - countMax: how many there may be.
    ///   - ofSourceMax: how many of them from one source.
    init(countMax: Int, ofSourceMax: Int) {
        self.countMax = countMax
        self.ofSourceMax = ofSourceMax
    }

    /// How many connections were refused.
    var refused: UInt64 { refusals.count }

    /// Takes a place; nil if there is none.
    ///
    /// - Parameter source: who was proved.
    func enter(from source: String, _ logger: Logger) -> Place? {
        let isFree = state.withLock { state -> Bool in
            let own = state.bySource[source, default: 0]
            guard state.count < countMax, own < ofSourceMax else { return false }
            state.count += 1
            state.bySource[source] = own + 1
            return true
        }
        if isFree { return Place(self, source) }
        refusals.note(source, logger)
        return nil
    }

    private func leave(_ source: String) {
        state.withLock { state in
            state.count -= 1
            let own = state.bySource[source, default: 0] - 1
            state.bySource[source] = own > 0 ? own : nil
        }
    }

    /// One connection's place, given back once.
    final class Place: Sendable {
        private let connections: ConnectionCount
        private let source: String
        private let isHeld = Atomic(true)

        fileprivate init(_ connections: ConnectionCount, _ source: String) {
            self.connections = connections
            self.source = source
        }

        /// The connection ends.
        func leave() {
            if isHeld.exchange(false, ordering: .relaxed) { connections.leave(source) }
        }
    }
}

/// Counts connections that found no place, or lost it, and says so once a minute.
final class RefusalCount: Sendable {
    private struct State {
        var count: UInt64 = 0
        /// When it was logged last; nil before the first.
        var told: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    private static var tellEvery: Duration { .seconds(60) }

    /// How many there were.
    var count: UInt64 { state.withLock { $0.count } }

    /// One more, of this source.
    func note(_ source: String, _ logger: Logger) {
        let news = state.withLock { state -> UInt64? in
            state.count += 1
            let now = ContinuousClock.now
            if let told = state.told, now - told < Self.tellEvery { return nil }
            state.told = now
            return state.count
        }
        guard let news else { return }
        logger.warning(
            "connections are refused or closed: there are too many",
            metadata: ["source": "\(source)", "refused": "\(news)"]
        )
    }
}
