// Looks every so often for entries that the policy lets go, and first of all for those that an earlier life
// of the process had begun to remove.

import Logging
import ServiceLifecycle

/// Runs the retention while the daemon runs.
struct RetentionService: Service {
    let log: AuditLog
    let settings: RetentionSettings
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await log.finishPruning()
            var problem: String?
            while !Task.isCancelled {
                switch await log.prune(settings, now: AuditClock.wallMicroseconds()) {
                case .more:
                    problem = nil
                    continue
                case .done: problem = nil
                case .stuck(let reason):
                    if reason != problem {
                        logger.error("entries cannot be pruned", metadata: ["problem": "\(reason)"])
                    }
                    problem = reason
                }
                try? await Task.sleep(for: .milliseconds(settings.every))
            }
        }
    }
}
