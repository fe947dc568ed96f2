// Following the log: opened where it ended, made again where the file cannot be trusted, and then as
// many records at a time as come. It reads what a checkpoint covers, so it is never ahead of what
// can be proved.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressStorage
import ClawgressTransparencyLog
import Logging
import ServiceLifecycle
import Synchronization

/// Runs the index while the daemon runs.
struct IndexService: Service {
    let index: EventIndex

    func run() async throws {
        await cancelWhenGracefulShutdown { await index.follow() }
        await index.stop()
    }
}

/// What keeps a file from being the log's index.
enum IndexMisfit: Error, CustomStringConvertible {
    /// It was made from another log, or from one that was longer.
    case otherLog
    /// A question met damage.
    case damaged

    var description: String {
        switch self {
        case .otherLog: "it is the index of another log, or of one that went further"
        case .damaged: "its file is damaged"
        }
    }
}

extension EventIndex {
    /// How often the log is looked at, and how soon a problem is tried again.
    private static var period: Duration { .milliseconds(100) }
    private static var problemPeriod: Duration { .seconds(2) }
    /// How often what is too old is looked for, and watchers get a sign of life.
    private static var prunePeriod: Duration { .seconds(1) }
    private static var pulsePeriod: Duration { .seconds(15) }

    /// Follows the log until the task is cancelled.
    public func follow() async {
        while !Task.isCancelled {
            do {
                let index = try await open()
                say(nil)
                try await follow(index)
            } catch is CancellationError {
                break
            } catch {
                await close()
                await recover(from: error)
                try? await Task.sleep(for: Self.problemPeriod)
            }
        }
        await close()
    }

    /// Removes a file that cannot be trusted; everything else is waited for.
    private func recover(from error: any Error) async {
        let isUseless =
            switch error {
            case is IndexMisfit: true
            case let error as StorageError:
                switch error {
                case .damaged, .schemaNewer, .foreign: true
                default: false
                }
            default: false
            }
        guard isUseless else { return say("\(error)") }
        logger.warning("the index is made again", metadata: ["reason": "\(error)"])
        let path = places.indexFile(settings)
        do {
            try await onDisk { try AuditIndex.remove(path) }
            state.withLock { $0.isDamaged = false }
        } catch {
            say("\(error)")
        }
    }

    private func say(_ problem: String?) {
        guard state.withLock({ $0.problem.replace(with: problem) }) != problem else { return }
        if let problem {
            logger.error("the index cannot follow the log", metadata: ["problem": "\(problem)"])
        } else {
            logger.notice("the index follows the log again")
        }
    }

    /// Opens the index where it ended, if it is this log's.
    private func open() async throws -> AuditIndex {
        let (places, settings) = (places, settings)
        let (reader, size) = (EntryReader(tiles: log.tiles), await log.size)
        let (index, position) = try await onDisk { () throws -> (AuditIndex, Int64) in
            try Folder.create(places.indexFolder(settings))
            let index = try AuditIndex(
                path: places.indexFile(settings),
                secondsMax: Double(settings.queryMilliseconds) / 1_000
            )
            return (index, try Self.position(of: index, reader, size))
        }
        // Held before it is asked where entries begin, so that none goes in between.
        log.bounds.hold(Self.reader, from: Int(position))
        let begin = max(Int(position), log.bounds.minimum)
        state.withLock { state in
            state.index = index
            state.indexed = begin
        }
        return index
    }

    /// Where an index goes on; it is closed if it is none of this log.
    static func position(
        of index: AuditIndex,
        _ reader: EntryReader,
        _ size: Int
    ) throws -> Int64 {
        do {
            let position = try index.position()
            let mark = try reader.mark(ofLast: Int(position.next), ofTree: size)
            guard position.next <= size, position.mark == mark else {
                throw IndexMisfit.otherLog
            }
            return position.next
        } catch {
            try index.close()
            throw error
        }
    }

    private func follow(_ index: AuditIndex) async throws {
        let clock = ContinuousClock()
        let live = await log.size
        var (prunedAt, pulsedAt) = (clock.now, clock.now)
        while !Task.isCancelled {
            if state.withLock({ $0.isDamaged }) { throw IndexMisfit.damaged }
            let size = await log.size
            if indexed < size { try await step(index, size: size, live: live) }
            if clock.now - prunedAt >= Self.prunePeriod {
                prunedAt = clock.now
                try await prune(index)
            }
            if clock.now - pulsedAt >= Self.pulsePeriod {
                pulsedAt = clock.now
                tail.pulse()
            }
            if indexed >= size { try await Task.sleep(for: Self.period) }
        }
    }

    private func step(_ index: AuditIndex, size: Int, live: Int) async throws {
        let (reader, first) = (EntryReader(tiles: log.tiles), indexed)
        let oldest = settings.oldest(now: now())
        let tail = tail
        let (next, passed) = try await onDisk { () throws -> (Int, Int) in
            let step = try IndexStep(reader, from: first, ofTree: size)
            let times = try step.append(to: index, oldest: oldest)
            // Only what came while it was watched: an old log is no news.
            if step.next > live, tail.isWatched {
                tail.offer(
                    zip(step.found, times).filter { $0.0.entry.leaf >= live }
                        .map { found, time in (found.entry, time, found.bytes) }
                )
            }
            return (step.next, times.count { $0 < oldest })
        }
        state.withLock { state in
            state.indexed = next
            state.passedOver += UInt64(passed)
        }
        log.bounds.hold(Self.reader, from: next)
    }

    private func prune(_ index: AuditIndex) async throws {
        let (oldest, bytesMax) = (settings.oldest(now: now()), settings.bytesMax)
        var isMoreLeft = true
        while isMoreLeft, !Task.isCancelled {
            isMoreLeft = try await onDisk {
                try index.prune(olderThan: oldest, bytesMax: bytesMax).isMoreLeft
            }
        }
    }
}

extension Optional where Wrapped == String {
    /// Puts another value in place, and answers the one that was there.
    fileprivate mutating func replace(with other: String?) -> String? {
        defer { self = other }
        return self
    }
}
