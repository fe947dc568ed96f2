// How an enrolled gateway writes its state folder. What a disk that fails does not take is held in
// memory and tried again until it does: a moment without room must leave nothing older behind.

import ClawgressBundleStream
import ClawgressBytes
import ClawgressReactor
import Logging

/// The files that an enrolled gateway keeps.
///
/// No change fails. Each is on the disk when the call returns, or held and written later in the
/// order of the calls, so that no newer file stands beside an older one that it needs.
///
/// Lives on one thread.
final class StateFolder {
    private var unwritten = UnwrittenFiles()
    private let alerts: Alerts
    private let logger: Logger

    init(alerts: Alerts, logger: Logger) {
        self.alerts = alerts
        self.logger = logger
    }

    /// Why something is not on the disk, in a sentence; nil if everything is.
    var problem: String? {
        unwritten.problem.map {
            "the state folder cannot be written (\($0)), so a restart may serve what is older"
        }
    }

    /// Replaces files together.
    func replace(_ files: [(path: String, content: [UInt8])]) {
        change(files.map { UnwrittenFiles.Change($0.path, $0.content) }) { () throws(FileError) in
            try WholeFile.replaceAll(files, mode: 0o600)
        }
    }

    /// Gives a file, which has this content, the name of another.
    func move(_ path: String, to other: String, _ content: [UInt8]) {
        let changes = [UnwrittenFiles.Change(other, content), UnwrittenFiles.Change(path, nil)]
        change(changes) { () throws(FileError) in try WholeFile.move(path, to: other) }
    }

    /// Removes a file; there may be none.
    func remove(_ path: String) {
        change([UnwrittenFiles.Change(path, nil)]) { () throws(FileError) in
            try WholeFile.remove(path)
        }
    }

    /// Writes what is held, and says so if it cannot be written; ends each step.
    func settle() {
        guard !unwritten.isEmpty else { return }
        let wasTold = unwritten.problem != nil
        do throws(FileError) {
            try WholeFile.replaceAll(unwritten.replacements, mode: 0o600)
            for path in unwritten.removals { try WholeFile.remove(path) }
            unwritten.written()
            if wasTold { logger.notice("the state folder has everything again") }
        } catch {
            unwritten.failed("\(error)", at: Self.milliseconds())
            alerts.raise(
                .stateFailed,
                "the state folder cannot be written, so a restart may serve what is older",
                ["problem": "\(error)"]
            )
        }
    }

    /// Writes what is held, if it is time.
    func settleIfDue() {
        if unwritten.isDue(at: Self.milliseconds()) { settle() }
    }

    private func change(
        _ changes: [UnwrittenFiles.Change],
        _ body: () throws(FileError) -> Void
    ) {
        guard unwritten.isEmpty else { return unwritten.hold(changes) }
        do throws(FileError) {
            try body()
        } catch {
            // Not told yet: the end of the step tries once more.
            unwritten.hold(changes)
        }
    }

    private static func milliseconds() -> Int64 {
        Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
    }
}
