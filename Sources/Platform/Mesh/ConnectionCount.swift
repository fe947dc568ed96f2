// Places of connections, of all sources and of one: of strangers, so that however many there are, those with a
// certificate find theirs; and of those, so that none takes all others' place.

import Logging
import Synchronization

/// Counts connections by where they come from, or whose they are.
final class ConnectionCount: Sendable {
    private struct State {
        var bySource: [String: Int] = [:]
        var count = 0
        /// When a refusal was logged last; nil before the first.
        var told: ContinuousClock.Instant?
    }

    private let countMax: Int
    private let ofSourceMax: Int
    private let state = Mutex(State())
    private let refused = Atomic<UInt64>(0)

    /// Refusals are told so often at most.
    private static var tellEvery: Duration { .seconds(60) }

    /// - Parameters:
    ///   - countMax: how many there may be.
    ///   - ofSourceMax: how many of them from one source.
    init(countMax: Int, ofSourceMax: Int) {
        self.countMax = countMax
        self.ofSourceMax = ofSourceMax
    }

    /// How many connections were refused.
    var refusals: UInt64 { refused.load(ordering: .relaxed) }

    /// Takes a place; nil if there is none.
    ///
    /// - Parameter source: as ``Neighbourhood`` names it, or who was proved.
    func enter(from source: String, _ logger: Logger) -> Place? {
        let (isFree, isNews) = state.withLock { state -> (Bool, Bool) in
            let own = state.bySource[source, default: 0]
            if state.count < countMax, own < ofSourceMax {
                state.count += 1
                state.bySource[source] = own + 1
                return (true, false)
            }
            let now = ContinuousClock.now
            let isNews = state.told.map { now - $0 >= Self.tellEvery } ?? true
            if isNews { state.told = now }
            return (false, isNews)
        }
        if isFree { return Place(self, source) }
        let count = refused.wrappingAdd(1, ordering: .relaxed).newValue
        if isNews {
            logger.warning(
                "connections are refused: there are too many",
                metadata: ["source": "\(source)", "refused": "\(count)"]
            )
        }
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

        /// The connection ends, or is counted elsewhere.
        func leave() {
            if isHeld.exchange(false, ordering: .relaxed) { connections.leave(source) }
        }
    }
}
