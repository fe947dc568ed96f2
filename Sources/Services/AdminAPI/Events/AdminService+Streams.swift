// Records that leave the log as a stream. Who takes many at once leaves a trace: an export is noted, and
// the note is on the disk, before its first byte goes out; how much it was is noted when it ends.

import ClawgressAudit
import ClawgressContract
import ClawgressMesh
import HTTPTypes
import Logging

extension AdminService {
    /// `GET /v1/log/events/export`.
    func export(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let opened = try await open(
            call,
            AuditPaths.eventExport,
            [AuditBatch.mediaType, "text/csv"]
        )
        guard let bytes = opened.bytes else { return opened.reply }
        let filter = Self.text(call.query)
        try record(call.caller, .logExport, "begin", filter)
        try await journal.drain(isDone: false)
        return stream(call, bytes, opened.place, .export, opened.reply) { count, isWhole in
            let end = isWhole ? "whole" : "broken off"
            do throws(Refusal) {
                try record(call.caller, .logExport, "end", "\(count) bytes, \(end); \(filter)")
            } catch {
                logger.error(
                    "the end of an export cannot be noted",
                    metadata: ["detail": "\(error.problem.detail)"]
                )
            }
        }
    }

    /// `GET /v1/log/events/tail`.
    func tail(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let opened = try await open(call, AuditPaths.eventTail, ["text/event-stream"])
        guard let bytes = opened.bytes else { return opened.reply }
        return stream(call, bytes, opened.place, .tail, opened.reply) { _, _ in }
    }

    private func open(
        _ call: AdminCall,
        _ path: String,
        _ types: [String]
    ) async throws(Refusal) -> (bytes: MeshBytes?, reply: AdminReply, place: StreamPlaces.Place) {
        guard let log else { throw Refusal.logNotConfigured }
        let (user, countMax) = (call.caller.user, limits.logStreamsPerUser)
        guard let place = streams.enter(user, countMax: countMax) else {
            throw .tooManyStreams(user, countMax)
        }
        let (bytes, reply) = try await log.stream(path, call.query, types)
        return (bytes, reply, place)
    }

    private func stream(
        _ call: AdminCall,
        _ bytes: MeshBytes,
        _ place: StreamPlaces.Place,
        _ kind: LogStream.Kind,
        _ reply: AdminReply,
        onEnd: @escaping @Sendable (Int, Bool) -> Void
    ) -> AdminReply {
        let (standings, clock, caller) = (desk.standings, clock, call.caller)
        var reply = reply
        reply.stream = LogStream(
            bytes: bytes,
            kind: kind,
            place: place,
            mayGoOn: { standings.mayStillRead(caller, now: clock.seconds) },
            onEnd: onEnd
        )
        return reply
    }

    /// What was asked for, in one line.
    private static func text(_ query: [String: String]) -> String {
        let pairs = query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return pairs.isEmpty ? "all records" : pairs.joined(separator: " ")
    }
}

extension Standings {
    /// Whether a caller may read the log yet; whoever cannot be looked up may not.
    fileprivate func mayStillRead(_ caller: Caller, now: Int64) -> Bool {
        do throws(Refusal) {
            guard let stored = try store.credential(caller.credentialID),
                let role = try role(of: stored, now: now)
            else { return false }
            return [AdminRole].logReaders.contains(role)
        } catch {
            return false
        }
    }
}
