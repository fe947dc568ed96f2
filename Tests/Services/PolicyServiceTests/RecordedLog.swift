// What a service logs, for tests of what it says by itself.

import Logging
import Synchronization
import TestKit

/// Keeps lines.
final class RecordedLog: BareLogHandler {
    struct Line: Sendable {
        let level: Logger.Level
        let metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])

    /// The lines that name an alert, in their order.
    func lines(of alert: String) -> [Line] {
        kept.withLock { $0.filter { $0.metadata["alert"] == .string(alert) } }
    }

    func log(event: LogEvent) {
        kept.withLock { $0.append(Line(level: event.level, metadata: event.metadata ?? [:])) }
    }
}
