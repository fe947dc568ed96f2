// A worker's listeners on their way from the thread that binds to the thread that accepts.

import ClawgressReactor
import Synchronization

/// Hands a table of listening sockets over, once.
final class ListenerTable: Sendable {
    private let table: Mutex<SlotTable<ListeningSocket>?>

    init(_ table: consuming sending SlotTable<ListeningSocket>) {
        self.table = Mutex(table)
    }

    /// Takes the table; nil the second time.
    func take() -> sending SlotTable<ListeningSocket>? {
        table.withLock { $0.take() }
    }
}
