// How many exports and tails a user may have open: each holds one of the audit service's places, of which
// there are few, and everybody's questions need them too.

import Synchronization

/// Counts what each user has open.
final class StreamPlaces: Sendable {
    private let taken = Mutex<[String: Int]>([:])

    /// A place of one user's, given back when it is let go.
    final class Place: Sendable {
        private let user: String
        private let places: StreamPlaces

        fileprivate init(_ user: String, _ places: StreamPlaces) {
            self.user = user
            self.places = places
        }

        deinit { places.leave(user) }
    }

    /// Takes a place; nil if the user has as many already.
    func enter(_ user: String, countMax: Int) -> Place? {
        let isIn = taken.withLock { taken in
            guard taken[user, default: 0] < countMax else { return false }
            taken[user, default: 0] += 1
            return true
        }
        return isIn ? Place(user, self) : nil
    }

    private func leave(_ user: String) {
        taken.withLock { taken in
            let left = (taken[user] ?? 1) - 1
            taken[user] = left > 0 ? left : nil
        }
    }
}
