// Making records durable: whatever came while the disk worked is one group, written and
// synchronised together, and only then are its batches answered.

import ClawgressBytes
import ClawgressRecords
import Logging

extension AuditLog {
    /// Takes groups until nobody waits.
    func commitAll() async {
        while !queue.isEmpty {
            await makeRoom()
            let group = nextGroup()
            guard failure == nil else {
                for waiting in group { waiting.done.resume(returning: .failure(.stopped)) }
                continue
            }
            guard pendingBytes < settings.pendingBytesMax else {
                // The files of the tree found no room, so nothing more is taken.
                let refusal: LogRefusal = isOutOfFiles ? .tooManyFiles : .diskFull
                for waiting in group { waiting.done.resume(returning: .failure(refusal)) }
                continue
            }
            await commit(group)
            await keepLedger()
        }
        isCommitting = false
    }

    /// Lets the tree's files catch up when too much waits for them.
    private func makeRoom() async {
        if pendingBytes >= settings.pendingBytesMax { await publish() }
    }

    private func nextGroup() -> [Waiting] {
        var (count, bytes) = (0, 0)
        while count < queue.count, count == 0 || bytes < settings.groupBytesMax {
            bytes += queue[count].entries.reduce(0) { $0 + $1.bytes.count }
            count += 1
        }
        defer { queue.removeFirst(count) }
        return Array(queue.prefix(count))
    }

    private func commit(_ group: [Waiting]) async {
        var added: [LogEntry] = []
        var answers: [(Waiting, Result<BatchOutcome, LogRefusal>)] = []
        var named = NamedStreams(announced)
        for waiting in group {
            let (outcome, new) = claim(waiting.entries, &named)
            added += new
            answers.append((waiting, outcome))
        }
        if !added.isEmpty, let error = await write(added) {
            for entry in added { _ = ledger.remove(entry.key) }
            let refusal: LogRefusal =
                error.isDiskFull ? .diskFull : error.isOutOfFiles ? .tooManyFiles : .stopped
            for (waiting, _) in answers { waiting.done.resume(returning: .failure(refusal)) }
            return
        }
        for (waiting, outcome) in answers {
            if case .success(let counts) = outcome {
                batches += 1
                outcomes.added += counts.added
                outcomes.known += counts.known
            }
            waiting.done.resume(returning: outcome)
        }
    }

    /// Enters a batch's records in the ledger; all of them or none.
    ///
    /// - Parameter named: the streams that heartbeats name, with those of this group.
    private func claim(
        _ entries: [LogEntry],
        _ named: inout NamedStreams
    ) -> (Result<BatchOutcome, LogRefusal>, [LogEntry]) {
        var new: [LogEntry] = []
        var count = named
        for entry in entries {
            do throws(LedgerFull) {
                guard try ledger.insert(entry.key) else { continue }
                new.append(entry)
                guard let sign = entry.sign else { continue }
                try count.add(sign, of: entry.key, to: announced, within: ledger)
            } catch {
                for entry in new { _ = ledger.remove(entry.key) }
                let isOfSender = error.sender != nil
                let bound = ledger.runsOfSenderMax
                return (.failure(isOfSender ? .senderFull(streamsMax: bound) : .ledgerFull), [])
            }
        }
        named = count
        let known = entries.count - new.count
        return (.success(BatchOutcome(added: new.count, known: known)), new)
    }

    private func write(_ entries: [LogEntry]) async -> FileError? {
        let (journal, first, reach) = (journal, durable, reach)
        let result = await Self.onDisk { () throws(FileError) in
            try journal.append(entries.map(\.bytes), first: first) { reach(.journalWritten) }
            reach(.journalSynchronised)
        }
        switch result {
        case .success:
            pending += entries
            pendingBytes += entries.reduce(0) { $0 + $1.bytes.count }
            durable += entries.count
            for entry in entries {
                guard let sign = entry.sign else { continue }
                announced.take(sign, of: entry.key)
                gateways.take(sign, of: entry.key)
            }
            return nil
        case .failure(let error):
            bear(error)
            return error
        }
    }

    /// Goes on where the disk refused for a while, and ends where nobody knows what is on it.
    func bear(_ error: FileError) {
        if error.isDiskFull {
            note(diskFull: true, error)
        } else if error.isOutOfFiles {
            guard !isOutOfFiles else { return }
            isOutOfFiles = true
            logger.error("too many files are open", metadata: ["problem": "\(error)"])
        } else {
            fail(error)
        }
    }

    /// Remembers whether there is room, and says so once when that changes.
    func note(diskFull: Bool, _ error: FileError? = nil) {
        guard diskFull != isDiskFull else { return }
        isDiskFull = diskFull
        if let error {
            logger.error("the disk is full", metadata: ["problem": "\(error)"])
        } else {
            logger.notice("the disk has room again")
        }
    }

    /// Keeps the ledger and removes the journal files that nothing needs any more, between two
    /// groups: a claim that is not durable must not be kept.
    private func keepLedger() async {
        guard journal.hasFiles(below: tree.size), failure == nil else { return }
        let (known, covered) = (durable, tree.size)
        let streams = LedgerText.write(
            KeptStreams(ledger: ledger, announced: announced, size: known)
        )
        let (journal, places, disk, reach) = (journal, places, disk, reach)
        let result = await Self.onDisk { () throws(FileError) in
            try ReplacedFile.write(
                streams,
                to: places.streams,
                staging: "\(places.staging)/streams",
                disk
            )
            reach(.streamsWritten)
            try journal.remove(below: min(known, covered))
        }
        if case .failure(let error) = result {
            bear(error)
        }
    }
}
