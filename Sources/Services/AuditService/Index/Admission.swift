// How many questions may be answered at a time.

import Synchronization

/// Places that are taken and given back.
final class Admission: Sendable {
    private let places: Int
    private let taken = Atomic(0)

    init(places: Int) {
        self.places = places
    }

    func enter() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).newValue > places else { return true }
        leave()
        return false
    }

    func leave() {
        taken.wrappingSubtract(1, ordering: .relaxed)
    }
}
