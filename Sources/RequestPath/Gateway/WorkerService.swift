// The life of the workers within the daemon: started together, drained together.

import ClawgressAudit
import ClawgressBytes
import ClawgressDaemon
import ClawgressReactor
import Logging
import ServiceLifecycle
import Synchronization

/// Runs until shutdown is asked for, then lets the workers finish what they have.
struct WorkerService: Service {
    /// How long open exchanges may take to finish.
    static let drainSeconds: UInt64 = 30

    let workers: [WorkerHandle]
    /// Nil for a gateway whose events stay in the spool.
    let heart: Heart?
    let boot: BootNote
    let state: GatewayState
    let logger: Logger

    func run() async throws {
        ServiceManager.ready()
        try? await gracefulShutdown()
        ServiceManager.stopping()
        state.change { $0.isDraining = true }
        logger.notice("draining", metadata: ["seconds.max": "\(Self.drainSeconds)"])
        let deadline = SystemClock.monotonicNanoseconds() + Self.drainSeconds * 1_000_000_000
        heart?.beat(.drain)
        for worker in workers { worker.inbox.post(.drain(deadline: deadline)) }
        while !workers.allSatisfy({ $0.hasEnded.load(ordering: .acquiring) }) {
            // The worst a cancelled sleep does is to ask again at once.
            try? await Task.sleep(for: .milliseconds(20))
            if SystemClock.monotonicNanoseconds() > deadline + 2_000_000_000 { return }
        }
        do throws(SpoolError) {
            try boot.end()
        } catch {
            logger.warning(
                "the next start will take this one for one that was cut off",
                metadata: ["problem": "\(error)"]
            )
        }
    }
}
