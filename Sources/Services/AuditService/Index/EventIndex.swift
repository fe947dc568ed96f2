// The index beside the log: made, followed, made again, and asked. Nothing of the log waits for it:
// it has threads and a file of its own, and when it fails, batches are taken as before.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressContract
import ClawgressStorage
public import Logging
import NIOPosix
import Synchronization

/// The index of one log.
public final class EventIndex: Sendable {
    /// What changes.
    struct State {
        var index: AuditIndex?
        /// How many of the log's records are in it.
        var indexed = 0
        /// How many were passed over in this life of the service, because they tell a time that is too old.
        var passedOver: UInt64 = 0
        /// Somebody met damage in the file.
        var isDamaged = false
        /// What was logged last, so that it is logged once.
        var problem: String?
    }

    let log: AuditLog
    let places: AuditPlaces
    let settings: IndexSettings
    let logger: Logger
    /// Microseconds since 1970 UTC.
    let now: @Sendable () -> Int64
    let tail: RecordTail
    let state = Mutex(State())
    private let threads: NIOThreadPool
    private let questions: Admission

    /// Prepares an index; ``follow()`` makes it.
    public init(
        log: AuditLog,
        places: AuditPlaces,
        settings: IndexSettings,
        logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.log = log
        self.places = places
        self.settings = settings
        self.logger = logger
        self.now = now
        tail = RecordTail(watchersMax: settings.tailsMax, queueMax: settings.tailQueueMax)
        questions = Admission(places: settings.queriesMax)
        threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        log.bounds.hold(Self.reader, from: 0)
    }

    /// The name under which entries are held that are not indexed.
    static var reader: String { "index" }

    /// How many of the log's records are in the index.
    public var indexed: Int { state.withLock { $0.indexed } }

    /// Runs blocking work on a thread of the index.
    ///
    /// - Throws: what the work throws; `CancellationError` once the threads are gone.
    func onDisk<Answer: Sendable>(
        _ work: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        guard let result = await threads.finish(work) else { throw CancellationError() }
        return try result.get()
    }

    /// Lets watchers go, gives the file back and ends the threads.
    func stop() async {
        tail.stop()
        await close()
        try? await threads.shutdownGracefully()
    }

    /// Gives the file back as soon as the last question about it is answered, which is bounded.
    func close() async {
        guard let index = state.withLock({ $0.index.take() }) else { return }
        while (try? index.close()) == nil { try? await Task.sleep(for: .milliseconds(50)) }
    }
}

extension EventIndex {
    /// One of the places for questions, given back when it is let go.
    final class Place: Sendable {
        private let questions: Admission

        fileprivate init(_ questions: Admission) {
            self.questions = questions
        }

        deinit { questions.leave() }
    }

    /// Takes a place for a question.
    func enter() throws(Problem) -> Place {
        guard questions.enter() else { throw .queryBusy }
        return Place(questions)
    }

    /// Asks the index.
    func ask<Answer: Sendable>(
        _ question: (AuditIndex) async throws(IndexError) -> Answer
    ) async throws(Problem) -> Answer {
        guard let index = state.withLock({ $0.index }) else { throw .indexUnavailable }
        do throws(IndexError) {
            return try await question(index)
        } catch {
            switch error {
            case .tooSlow: throw .queryTooSlow(error)
            case .storage(let problem):
                if case .damaged = problem { state.withLock { $0.isDamaged = true } }
                // Whoever asked may have gone, which ends the question.
                if !Task.isCancelled {
                    logger.error("the index refused", metadata: ["problem": "\(problem)"])
                }
                throw .indexUnavailable
            }
        }
    }

    /// A page, and the bytes of its records.
    func page(_ query: EventQuery) async throws -> (page: RecordPage, records: [[UInt8]?]) {
        let page = try await ask { index throws(IndexError) in try await index.page(query) }
        let (reader, size) = (EntryReader(tiles: log.tiles), await log.size)
        let records = try await onDisk { try reader.records(page.records, ofTree: size) }
        return (page, records)
    }

    /// The state in the text form of metrics, each with its help.
    func metrics() async -> String {
        let (index, indexed, passed) = state.withLock { ($0.index, $0.indexed, $0.passedOver) }
        let size = try? await onDisk { try index?.size() }
        let lag = max(0, await log.size - indexed)
        let gauges: [(String, String, Int64)] = [
            ("index_entries", "Records up to which the log is indexed.", Int64(indexed)),
            (
                "index_lag_entries", "Records under the newest checkpoint that are not indexed.",
                Int64(lag)
            ),
            ("index_up", "1 while the index can be asked.", index == nil ? 0 : 1),
            ("index_bytes", "Bytes of used pages in its file.", size?.bytes ?? 0),
            ("index_words", "Different words and hosts in it.", size?.words ?? 0),
        ]
        let counted = "clawgress_audit_index_passed_over_total"
        return gauges.map { name, help, value in
            let name = "clawgress_audit_\(name)"
            return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
        }.joined() + "# HELP \(counted) Records not indexed: they tell a time before `days`.\n"
            + "# TYPE \(counted) counter\n\(counted) \(passed)\n"
    }
}
