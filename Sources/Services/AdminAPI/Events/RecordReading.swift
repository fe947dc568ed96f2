// Records read for an answer that is made of many: one after the other, never all of them in memory,
// and no longer than an operator waits.

import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import ClawgressMesh
import HTTPTypes
import Synchronization

/// Which records a question is about.
struct RecordQuestion: Sendable {
    let since: String
    let until: String
    private let words: [String: String]

    /// The parameters that a route of such a question has.
    static let parameters = ["since", "until", "agent", "host"]

    /// Reads the parameters; what they say is checked by the audit service.
    ///
    /// - Parameter now: microseconds since 1970 UTC.
    init(_ query: [String: String], now: Int64) throws(Refusal) {
        guard let since = query["since"] else { throw .parameter("`since` must be given") }
        self.since = since
        until = query["until"] ?? AdminTime.microseconds(now)
        words = query.filter { ["agent", "host"].contains($0.key) }
    }

    /// The parameters of the question to the audit service, and further ones.
    func query(_ more: [String: String]) -> [String: String] {
        words.merging(["since": since, "until": until, "kind": "request"]) { $1 }
            .merging(more) { $1 }
    }
}

/// How a reading went.
struct RecordsRead: Sendable {
    var count = 0
    /// What ended it before all were read.
    var endedBy: RecordReading.Bound?
    /// The time of the earliest request that was judged.
    var earliest: String?
}

extension LogQuestions {
    /// The service's answer as a value.
    ///
    /// - Throws: the service's refusal in its own words, or ours.
    func value(_ path: String, _ query: [String: String]) async throws(Refusal) -> JSONValue {
        let reply = try await answer(path, query)
        guard let value = try? StrictJSON.read(reply.body.span) else {
            throw .auditUnreachable("its answer is no JSON")
        }
        guard reply.status == .ok else {
            var refusal = Refusal(
                reply.status,
                value["code"]?.text ?? "unavailable",
                value["detail"]?.text ?? "the audit service refused"
            )
            refusal.fields = reply.fields
            throw refusal
        }
        return value
    }

    /// Reads the records that a question is about, the latest first.
    ///
    /// - Parameter take: is given each record, null where the log has it no longer, and answers the
    ///   time of one that it made use of.
    /// - Throws: `Refusal` if they cannot be read to the end or to a bound.
    func read(
        _ question: RecordQuestion,
        _ limits: AdminLimits,
        _ clock: AdminClock,
        _ take: (JSONValue) -> String?
    ) async throws(Refusal) -> RecordsRead {
        let end = clock.microseconds() + limits.replaySeconds * 1_000_000
        // A stream's refusal would come without its words.
        _ = try await value(AuditPaths.events, question.query(["limit": "1"]))
        let query = try Self.text(question.query(["order": "newest"]))
        var lines = try await begin(MeshRequest(.get, AuditPaths.eventExport + query), limits)
        var read = RecordsRead()
        while let line = try await Self.next(&lines) {
            if read.count >= limits.replayRecords { read.endedBy = .records }
            if clock.microseconds() >= end { read.endedBy = .seconds }
            if read.endedBy != nil { break }
            guard let record = (try? StrictJSON.read(line.span))?["record"] else {
                throw .auditUnreachable("a line of its export is no record")
            }
            read.count += 1
            // Lines that have come are there at once, and others wait for the thread, too.
            if read.count.isMultiple(of: 500) { await Task.yield() }
            read.earliest = take(record) ?? read.earliest
        }
        return read
    }

    private func begin(
        _ request: MeshRequest,
        _ limits: AdminLimits
    ) async throws(Refusal) -> MeshStream.Iterator {
        do throws(MeshError) {
            let stream = try await client.lines(request, seconds: Double(limits.replaySeconds))
            if stream.status == 200 { return stream.makeAsyncIterator() }
            throw .unreachable("it answered \(stream.status)")
        } catch {
            throw .auditUnreachable(error.description)
        }
    }

    private static func next(
        _ lines: inout MeshStream.Iterator
    ) async throws(Refusal) -> [UInt8]? {
        do throws(MeshError) {
            return try await lines.next()
        } catch {
            throw .auditUnreachable(error.description)
        }
    }
}

/// How many such answers are being made.
final class RecordReaders: Sendable {
    private let count = Mutex(0)

    /// Takes a place, before anything is made for the answer: to compile a large configuration takes
    /// a processor for as long as to judge many records.
    ///
    /// - Throws: 503 if there is none.
    func enter(_ most: Int) throws(Refusal) {
        let isFree = count.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard isFree else { throw .replayBusy }
    }

    /// Gives it back.
    func leave() {
        count.withLock { $0 -= 1 }
    }
}
