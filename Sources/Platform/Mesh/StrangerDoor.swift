// Where connections come in whose peers have proved nothing yet: who gets a place is decided purely, and
// who loses one is closed here.

import Logging
import NIOCore
import NIOSSL
import Synchronization

/// Gives places to connections, and closes those that lose theirs.
final class StrangerDoor: Sendable {
    private struct State {
        var places: StrangerPlaces
        /// Those that have a place.
        var inside: [UInt64: Place] = [:]
    }

    private let state: Mutex<State>
    private let refusals = RefusalCount()

    init(_ bounds: StrangerPlaces.Bounds) {
        state = Mutex(State(places: StrangerPlaces(bounds)))
    }

    /// How many connections were closed for want of places.
    var refused: UInt64 { refusals.count }

    /// Takes a place until the connection ends or its peer proves itself; nil if there is none.
    func enter(_ channel: any Channel, _ logger: Logger) -> Place? {
        let source = channel.neighbourhood
        let (own, loser) = state.withLock { state -> (Place?, Place?) in
            guard case .placed(let number, let other) = state.places.enter(from: source) else {
                return (nil, nil)
            }
            let own = Place(self, channel, number, source)
            state.inside[number] = own
            return (own, other.flatMap { state.inside.removeValue(forKey: $0) })
        }
        if own == nil || loser != nil {
            refusals.note(loser?.source ?? source, logger)
        }
        loser?.lose()
        if let own { channel.closeFuture.whenComplete { _ in own.leave() } }
        return own
    }

    fileprivate func leave(_ place: Place, isProved: Bool) {
        state.withLock { state in
            state.inside[place.number] = nil
            if isProved {
                state.places.prove(place.number, from: place.source)
            } else {
                state.places.leave(place.number)
            }
        }
    }

    /// One connection's place.
    final class Place: Sendable {
        fileprivate let number: UInt64
        fileprivate let source: String
        private let door: StrangerDoor
        private let channel: any Channel
        private let isHeld = Atomic(true)

        fileprivate init(
            _ door: StrangerDoor,
            _ channel: any Channel,
            _ number: UInt64,
            _ source: String
        ) {
            self.door = door
            self.channel = channel
            self.number = number
            self.source = source
        }

        /// The peer proved itself, and is counted elsewhere.
        func prove() { leave(isProved: true) }

        fileprivate func leave() { leave(isProved: false) }

        private func leave(isProved: Bool) {
            guard isHeld.exchange(false, ordering: .relaxed) else { return }
            door.leave(self, isProved: isProved)
        }

        /// Somebody else has the place; who proved itself a moment ago needs it no more, and stays.
        fileprivate func lose() {
            channel.eventLoop.execute { [self] in
                guard isHeld.exchange(false, ordering: .relaxed) else { return }
                channel.closeAtOnce()
            }
        }
    }
}

extension Channel {
    /// The source of its connection, as it is counted.
    var neighbourhood: String { Neighbourhood.name(of: remoteAddress?.ipAddress ?? "") }

    /// Closes without TLS's words of parting; on the channel's event loop only.
    ///
    /// A peer could let us wait for its own, and hold a file open meanwhile.
    func closeAtOnce() {
        let tls = try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        if let tls { tls.close(promise: nil) } else { close(promise: nil) }
    }
}
