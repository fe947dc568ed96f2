// The spool as a gateway begins with it: what the start before left is closed, and the threads that
// wait for the disk run.

import ClawgressAudit
import ClawgressBytes
import ClawgressDaemon
import ClawgressReactor

/// A spool that workers can write to.
struct OpenSpool {
    let folder: SpoolFolder
    let supply: SegmentSupply
    /// Where intents are brought to the disk; nil if that is not waited for.
    let sync: SpoolSync?
    /// Says who has the spool.
    let boot: BootNote
    private let recovery: SpoolRecovery.Report

    /// Takes the folder.
    ///
    /// - Throws: `StartRefusal`.
    init(
        _ configuration: GatewayConfiguration,
        _ workers: Int,
        _ alerts: Alerts,
        _ state: GatewayState
    ) throws(StartRefusal) {
        guard let keeper = SpoolKeeper(alerts: alerts, state: state) else {
            throw StartRefusal("no descriptor left for the spool")
        }
        do throws(SpoolError) {
            folder = try SpoolFolder(path: configuration.spool.folder)
            recovery = try SpoolRecovery.run(folder)
            let settings = Self.settings(configuration, workers)
            supply = try SegmentSupply(
                folder: folder,
                settings: settings,
                now: Int64(SystemClock.realtimeNanoseconds() / 1_000),
                onShortage: keeper.call
            )
            boot = BootNote(folder: folder, bootID: settings.bootID)
            keeper.prepare(supply, ahead: 1)
            guard keeper.start(supply) else { throw SpoolError.full(bytesMax: 0) }
            guard settings.survivesPowerLoss else {
                sync = nil
                return
            }
            guard let sync = SpoolSync(workers: workers, keeper: keeper), sync.start(supply) else {
                throw SpoolError.full(bytesMax: 0)
            }
            self.sync = sync
        } catch {
            throw StartRefusal("the spool cannot be used: \(error)")
        }
    }

    private static func settings(
        _ configuration: GatewayConfiguration,
        _ workers: Int
    ) -> SpoolSettings {
        var generator = SystemRandomNumberGenerator()
        return SpoolSettings(
            gatewayID: configuration.gatewayID,
            bootID: BootID(using: &generator),
            workers: workers,
            segmentBytes: configuration.spool.segmentBytes,
            bytesMax: configuration.spool.bytesMax,
            survivesPowerLoss: configuration.spool.durability == .power
        )
    }

    /// Notes that this start is about to serve; after all that may refuse it.
    ///
    /// - Returns: the start before, if it was cut off.
    func begin(_ alerts: Alerts) -> BootID? {
        var before: BootID?
        do throws(SpoolError) {
            before = try boot.begin()
        } catch {
            alerts.raise(
                .spoolFailed,
                "the spool cannot note who has it",
                ["problem": "\(error)"]
            )
        }
        if before != nil || recovery.isUnclean {
            alerts.raise(
                .uncleanShutdown,
                "the last run ended without closing its records",
                ["recovery": "\(recovery)", "boot_id": before?.text ?? "unknown"]
            )
        }
        return before
    }
}
