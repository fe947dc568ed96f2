// From the database to the spool. What gives or takes access or enforcement notes its event in its own
// transaction, so neither can be without the other; the journal then spools what was noted, in order
// and once, before the action is answered. Where it cannot, nothing more is changed until it can.

import ClawgressAudit
import ClawgressBytes
import ClawgressContract
import ClawgressModel
import Logging

/// Spools noted events, one at a time.
actor AdminJournal {
    /// What is shipped to the log, where that is configured.
    nonisolated let spool: AdminSpool
    private let store: AdminStore
    private let logger: Logger
    private var isDraining = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Why the last event could not be spooled; nil if it could.
    private var problem: String?
    /// What the spool has and the database could not mark: spooled again it would be there twice.
    private var unmarked: (number: Int64, record: AdminRecord)?

    /// The service's id in every record, and in the certificate that ships them.
    static var serviceID: String { "admin-api" }

    /// Opens the spool and finds out what an earlier start had spooled without noting that.
    ///
    /// - Parameters:
    ///   - bytesMax: what the spool may take.
    ///   - now: microseconds since 1970 UTC.
    init(
        folder: String,
        bytesMax: Int,
        store: AdminStore,
        now: Int64,
        logger: Logger
    ) throws(AdminStartError) {
        var generator = SystemRandomNumberGenerator()
        self.store = store
        self.logger = logger
        do throws(SpoolError) {
            spool = try AdminSpool(
                folder: folder,
                serviceID: Self.serviceID,
                bootID: BootID(using: &generator),
                now: now,
                bytesMax: bytesMax
            )
        } catch {
            throw AdminStartError(error.description)
        }
        do throws(Refusal) {
            try store.concludeIntentions()
        } catch {
            throw AdminStartError(error.problem.detail)
        }
        try Self.settle(folder, store)
    }

    /// A crash can lie between a record and the mark that it is one.
    private static func settle(_ folder: String, _ store: AdminStore) throws(AdminStartError) {
        do {
            let open = try store.openNotes()
            guard !open.isEmpty else { return }
            let numbers = Dictionary(open.map { ($0.note.eventID, $0.number) }) { first, _ in first
            }
            var reader = SpoolReader(folder: folder)
            while let found = try reader.next() {
                guard case .admin(let record) = found, let number = numbers[record.event.eventID]
                else { continue }
                try store.close(note: number, text: text(of: record))
            }
        } catch let refusal as Refusal {
            throw AdminStartError(refusal.problem.detail)
        } catch {
            throw AdminStartError("\(error)")
        }
    }

    /// Spools everything that was noted; all of it is on the disk when this returns.
    ///
    /// - Parameter isDone: whether what the caller asks for was done already, for the refusal.
    /// - Throws: 503.
    func drain(isDone: Bool) async throws(Refusal) {
        while isDraining {
            await withCheckedContinuation { waiting.append($0) }
        }
        isDraining = true
        defer {
            isDraining = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        for (number, note) in try store.openNotes() {
            let record: AdminRecord
            do {
                record = try await spooled(number, note)
            } catch {
                say("\(error)")
                throw .auditFailed(isDone: isDone)
            }
            unmarked = (number, record)
            try store.close(note: number, text: Self.text(of: record))
            unmarked = nil
        }
        say(nil)
    }

    private func spooled(_ number: Int64, _ note: AdminNote) async throws -> AdminRecord {
        if let unmarked, unmarked.number == number { return unmarked.record }
        return try await spool.append(try note.event())
    }

    private func say(_ problem: String?) {
        guard problem != self.problem else { return }
        self.problem = problem
        if let problem {
            logger.error(
                "events cannot be spooled, so nothing may be changed",
                metadata: ["problem": "\(problem)"]
            )
        } else {
            logger.notice("events are spooled again")
        }
    }

    private static func text(of record: AdminRecord) -> [UInt8] {
        var line = ByteBuffer(capacity: EventWriter.bytesMax)
        EventWriter.write(record, to: &line)
        return Array(line.bytes.string().utf8)
    }
}
