// Durability against power loss: intents are brought to the disk in groups, by a thread that
// waits for the disk so that workers do not.

import ClawgressAudit
import ClawgressReactor

/// Waits for the disk on behalf of all workers.
final class SpoolSync: Sendable {
    private let wishes: Mailbox<Mailbox<WorkerMessage>>
    private let keeper: SpoolKeeper

    /// Makes room for one wish of each worker; nil without a descriptor.
    init?(workers: Int, keeper: SpoolKeeper) {
        guard let wishes = Mailbox<Mailbox<WorkerMessage>>(bound: workers) else { return nil }
        self.wishes = wishes
        self.keeper = keeper
    }

    /// Asks that everything that was stored until now be brought to the disk.
    ///
    /// The answer comes to the inbox; until then the worker does not ask again.
    func ask(_ inbox: Mailbox<WorkerMessage>) {
        wishes.post(inbox)
    }

    /// Starts the thread.
    func start(_ supply: SegmentSupply) -> Bool {
        LoopThread.start(name: "spool-sync") {
            while true {
                // Whoever asks while the disk is busy is served by the next turn, together.
                let group = self.wishes.wait(milliseconds: -1)
                guard !group.isEmpty else { continue }
                let isSafe = self.keeper.synchronise(supply)
                for inbox in group { inbox.post(.synchronised(isSafe)) }
            }
        }
    }
}
