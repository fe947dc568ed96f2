// What the service does as time passes: it pings, looks at deadlines, keeps signs of life, and
// looks for new keys.

import Logging
import ServiceLifecycle

/// The ticks of the service.
struct PolicyTicks: Service {
    let plane: PolicyPlane
    let keys: KeyWatch
    let pingEvery: Int64
    let clock: PolicyClock
    let logger: Logger

    /// How often a deadline is looked at, in milliseconds.
    private static var tick: Int64 { 250 }
    /// How often signs of life are written down, in milliseconds.
    private static var signsEvery: Int64 { 5_000 }

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await tickForever() }
        // The server waits for open answers, and a stream is one.
        await plane.stopStreams()
    }

    private func tickForever() async throws {
        var (pinged, kept) = (clock.uptime(), clock.uptime())
        var watch = keys
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(Self.tick))
            await plane.lookAtDeadline()
            let now = clock.uptime()
            if now - kept >= Self.signsEvery {
                kept = now
                await plane.keepSignsOfLife()
            }
            guard now - pinged >= pingEvery else { continue }
            pinged = now
            await plane.ping()
            await lookAtKeys(&watch)
            await plane.lookAtSigner()
        }
    }

    private func lookAtKeys(_ watch: inout KeyWatch) async {
        do {
            try await watch.look(wall: clock.wall(), uptime: clock.uptime()) {
                try await plane.adopt($0)
            }
        } catch {
            logger.error("the new keys are not used", metadata: ["problem": "\(error)"])
        }
    }
}
