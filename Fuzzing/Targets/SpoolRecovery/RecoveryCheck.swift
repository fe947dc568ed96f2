// Whatever lies in the folder: reading and recovery come to an end, every open slot becomes one
// event, no event is lost or told twice, and a second recovery finds nothing to do.

import ClawgressAudit
import ClawgressModel
import FuzzShared

enum RecoveryCheck {
    static func check(_ files: [[UInt8]]) {
        guard let folder = SpoolFiles.folder else {
            return require(false, "the folder `spool` in the working directory is not ours")
        }
        SpoolFiles.replace(with: files)
        let before = RecordReading.all()
        guard let first = recover(folder) else { return }
        let after = RecordReading.all()
        checkEvents(before, after, first)
        let contents = SpoolFiles.contents()
        guard let second = recover(folder) else { return }
        let more = second.orphans + second.damagedOutcomes + second.torn
        require(more == 0, "a second recovery finds more to do")
        require(second.segments == first.segments - first.blank, "segments come and go")
        require(second.malformed == first.malformed, "a file is damaged by recovery")
        require(SpoolFiles.contents() == contents, "a second recovery changes a file")
        require(RecordReading.all() == after, "a second recovery changes an event")
    }

    private static func recover(_ folder: SpoolFolder) -> SpoolRecovery.Report? {
        do throws(SpoolError) {
            return try SpoolRecovery.run(folder)
        } catch {
            require(false, "recovery gives up: \(error)")
            return nil
        }
    }

    /// What was an event is one still, and each slot that recovery closed is exactly one more.
    private static func checkEvents(
        _ before: [AuditRecord],
        _ after: [AuditRecord],
        _ report: SpoolRecovery.Report
    ) {
        var rest = RecordReading.events(after)
        for event in RecordReading.events(before) {
            guard let place = rest.firstIndex(of: event) else {
                return require(false, "recovery loses an event")
            }
            rest.remove(at: place)
        }
        let closed = report.orphans + report.damagedOutcomes
        require(rest.count == closed, "\(rest.count) new events of \(closed) slots")
        require(rest.allSatisfy { $0.end.outcome == .aborted }, "an outcome that nobody knows")
        let keys = RecordReading.events(after).map(EventKey.init)
        for event in rest {
            let same = keys.count { $0 == EventKey(event) }
            require(same == 1, "a number is given twice: \(event.sequence)")
        }
    }
}

/// What makes an event the same one wherever it is shipped to.
private struct EventKey: Equatable {
    let bootID: BootID
    let worker: UInt8
    let sequence: UInt64

    init(_ event: AuditEvent) {
        bootID = event.bootID
        worker = event.worker
        sequence = event.sequence
    }
}
