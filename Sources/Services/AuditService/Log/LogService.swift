// The log's clock: checkpoints at intervals, signs of life while nothing comes, alerts, and a last
// checkpoint when the daemon ends.

import ServiceLifecycle

/// Runs a log until the daemon ends.
struct LogService: Service {
    let log: AuditLog
    let settings: LogSettings

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var generator = SystemRandomNumberGenerator()
            var pulse = Pulse(using: &generator)
            var last = AuditClock.steady()
            var rounds = Rounds(every: settings.round, now: last)
            while !Task.isCancelled {
                let pause = rounds.pause(at: AuditClock.steady())
                try await Task.sleep(for: .milliseconds(pause))
                await log.keepGateways()
                await log.publish()
                await log.thinCheckpoints()
                // What the disk may have lost only a new start can tell.
                if let failure = await log.failure { throw failure }
                let now = AuditClock.steady()
                await log.look(now: now)
                await live(&pulse, after: now - last)
                last = now
            }
        }
        await log.stop()
        if let failure = await log.failure { throw failure }
    }

    /// Gives a sign of life if nothing else came; one that finds no room is given later.
    private func live(_ pulse: inout Pulse, after elapsed: Int64) async {
        let isDue = pulse.isDue(
            size: await log.size,
            after: elapsed,
            limit: settings.silenceMax
        )
        guard isDue, let entry = try? LogEntry(pulse.record(at: AuditClock.wallMicroseconds())),
            (try? await log.add([entry])) != nil
        else { return }
        pulse.given()
    }
}
