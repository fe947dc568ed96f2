// Whatever lies in the folder: reading and recovery come to an end, every open slot becomes one
// event, no event is lost or told twice, and a second recovery finds nothing to do.

import ClawgressAudit
import ClawgressBytes
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
        let closed = checkEvents(before, after, first)
        if !files.contains(where: isBelieved) { checkNumbers(closed, after) }
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

    /// Whether a file says that recovery need not look into it, and its word for the last number is
    /// the one that was written: then that word is believed, whatever an input made of the slots.
    private static func isBelieved(_ file: [UInt8]) -> Bool {
        guard file.count >= 4_096, file.span.load(littleEndian: UInt32.self, at: 128) == 2 else {
            return false
        }
        let name = file.span.load(littleEndian: UInt32.self, at: 124)
        let word = file.span.extracting(176..<184)
        return file.span.load(littleEndian: UInt32.self, at: 184) == word.crc32c(seed: name)
    }

    /// What was an event is one still, and each slot that recovery closed is exactly one more.
    ///
    /// - Returns: the events of the slots that were closed.
    private static func checkEvents(
        _ before: [AuditRecord],
        _ after: [AuditRecord],
        _ report: SpoolRecovery.Report
    ) -> [AuditEvent] {
        var rest = RecordReading.events(after)
        for event in RecordReading.events(before) {
            let place = rest.firstIndex(of: event)
            require(place != nil, "recovery loses an event")
            if let place { rest.remove(at: place) }
        }
        var admins = RecordReading.admins(after)
        for record in RecordReading.admins(before) {
            let place = admins.firstIndex(of: record)
            require(place != nil, "recovery loses an administrative record")
            if let place { admins.remove(at: place) }
        }
        require(admins.isEmpty, "recovery finds actions that nobody did")
        let closed = report.orphans + report.damagedOutcomes
        require(rest.count == closed, "\(rest.count) new events of \(closed) slots")
        require(rest.allSatisfy { $0.end.outcome == .aborted }, "an outcome that nobody knows")
        return rest
    }

    /// No number is given to two events.
    private static func checkNumbers(_ closed: [AuditEvent], _ after: [AuditRecord]) {
        let keys =
            RecordReading.events(after).map(EventKey.init)
            + RecordReading.admins(after).map(EventKey.init)
        for event in closed {
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

    init(_ record: AdminRecord) {
        bootID = record.bootID
        worker = record.worker
        sequence = record.sequence
    }
}
