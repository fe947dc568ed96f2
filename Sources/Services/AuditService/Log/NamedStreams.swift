// How many streams heartbeats name, before these are on the disk: all batches of a group are held against the
// bounds together, since what they name is taken only when the group is written.

import ClawgressRecords

/// The streams that heartbeats name, counted.
struct NamedStreams {
    private var all: Int
    /// Those of this group.
    private var new: [RecordSender: Int] = [:]

    /// Begins a group after what is on the disk.
    init(_ announced: AnnouncedNumbers) {
        all = announced.streamCount
    }

    /// Counts a heartbeat of the group; two that name one new stream count it twice.
    ///
    /// - Parameters:
    ///   - key: the heartbeat's own.
    ///   - announced: what is on the disk.
    ///   - ledger: has the bounds, which hold for streams of records and for named ones alike.
    /// - Throws: `LedgerFull` if it names new ones that are too many; one that names none is always taken.
    mutating func add(
        _ sign: SignOfLife,
        of key: RecordKey,
        to announced: AnnouncedNumbers,
        within ledger: StreamLedger
    ) throws(LedgerFull) {
        let count = announced.unnamed(sign, of: key)
        guard count > 0 else { return }
        let sender = key.stream.sender
        all += count
        let own = new[sender, default: 0] + count
        new[sender] = own
        guard own + announced.streamsOfSenders[sender, default: 0] <= ledger.runsOfSenderMax else {
            throw LedgerFull(sender: sender)
        }
        guard all <= ledger.runsMax else { throw LedgerFull() }
    }
}
