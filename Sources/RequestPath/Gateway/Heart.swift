// The gateway's signs of life. Everything in them is read beside the workers; the first worker
// writes them down, so that they have its numbers and lie among its events.

import ClawgressAudit
import ClawgressReactor
import ServiceLifecycle
import Synchronization

/// Gives signs of life: when it starts to run, and then once a minute.
struct Heart: Service {
    private static let seconds = 60

    let workers: [WorkerHandle]
    let supply: SegmentSupply
    /// The start before this one, if it was cut off.
    let uncleanBoot: BootID?

    func run() async throws {
        beat(.start)
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(Self.seconds))
                beat(.running)
            }
        }
    }

    /// Gives one sign.
    func beat(_ phase: Heartbeat.Phase) {
        let open = workers.reduce(0) { $0 + max($1.openExchanges.load(ordering: .relaxed), 0) }
        let heartbeat = Heartbeat(
            timestamp: Int64(SystemClock.realtimeNanoseconds() / 1_000),
            phase: phase,
            openExchanges: UInt64(open),
            dropped: workers.reduce(0) { $0 &+ $1.metrics.value(.recordsLost) },
            lastSequences: supply.lastSequences(),
            uncleanBoot: phase == .start ? uncleanBoot : nil
        )
        workers.first?.inbox.post(.heartbeat(heartbeat))
    }
}
