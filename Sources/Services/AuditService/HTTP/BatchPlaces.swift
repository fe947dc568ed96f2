// How many batches may be in memory at a time, of all senders and of one: a sender that is slow, or means to be,
// takes no other one's place.

import ClawgressRecords
import Synchronization

/// The places of batches that are read or written.
final class BatchPlaces: Sendable {
    private let placesMax: Int
    private let ofSenderMax: Int
    private let taken = Mutex<(count: Int, bySender: [RecordSender: Int])>((0, [:]))

    /// - Parameters:
    ///   - placesMax: how many there are.
    ///   - ofSenderMax: how many of them one sender may have.
    init(placesMax: Int, ofSenderMax: Int) {
        self.placesMax = placesMax
        self.ofSenderMax = ofSenderMax
    }

    /// Takes a place; whether there was one.
    func enter(_ sender: RecordSender) -> Bool {
        taken.withLock { taken in
            let own = taken.bySender[sender, default: 0]
            guard taken.count < placesMax, own < ofSenderMax else { return false }
            taken.count += 1
            taken.bySender[sender] = own + 1
            return true
        }
    }

    /// Gives a place back.
    func leave(_ sender: RecordSender) {
        taken.withLock { taken in
            taken.count -= 1
            let own = taken.bySender[sender, default: 0] - 1
            taken.bySender[sender] = own > 0 ? own : nil
        }
    }
}
