// The thread that waits for the disk so that workers never do: it prepares segments, drops
// finished ones, and brings changes to the disk once a second.

import ClawgressAudit
import ClawgressReactor
import Synchronization

/// Keeps a spool's supply filled.
final class SpoolKeeper: Sendable {
    private let calls: Mailbox<Void>
    private let alerts: Alerts
    private let state: GatewayState

    init?(alerts: Alerts, state: GatewayState) {
        guard let calls = Mailbox<Void>(bound: 64) else { return nil }
        self.calls = calls
        self.alerts = alerts
        self.state = state
    }

    /// A worker took a segment or gave one back; never blocks.
    func call() {
        calls.post(())
    }

    /// Prepares the first segments, so that the first request finds room.
    func prepare(_ supply: SegmentSupply, ahead: Int = 2) {
        let problem: SpoolError?
        do throws(SpoolError) {
            try supply.prepare(now: Self.wallMicroseconds(), ahead: ahead)
            problem = nil
        } catch {
            problem = error
        }
        if let problem {
            let kind = problem.isSpaceUsedUp ? AlertKind.spoolFull : .spoolFailed
            alerts.raise(kind, "the spool has no room for new segments", ["problem": "\(problem)"])
        } else {
            alerts.end(.spoolFull)
        }
        state.change { $0.spoolProblem = problem?.description }
    }

    /// Starts the thread.
    func start(_ supply: SegmentSupply) -> Bool {
        LoopThread.start(name: "spool") {
            var synchronised = SystemClock.monotonicNanoseconds()
            _ = self.calls.wait(milliseconds: 1_000)
            // The first requests go first: the first segment lasts many times longer than this.
            _ = Mailbox<Void>(bound: 1)?.wait(milliseconds: 20)
            while true {
                self.prepare(supply)
                let now = SystemClock.monotonicNanoseconds()
                if now - synchronised >= 1_000_000_000 {
                    synchronised = now
                    _ = self.synchronise(supply)
                }
                _ = self.calls.wait(milliseconds: 1_000)
            }
        }
    }

    /// Brings what was stored so far to the disk.
    ///
    /// - Returns: whether it is there.
    func synchronise(_ supply: SegmentSupply) -> Bool {
        do throws(SpoolError) {
            try supply.synchronise()
            return true
        } catch {
            alerts.raise(
                .spoolFailed,
                "the spool cannot be brought to the disk",
                ["problem": "\(error)"]
            )
            return false
        }
    }

    private static func wallMicroseconds() -> Int64 {
        Int64(SystemClock.realtimeNanoseconds() / 1_000)
    }
}
