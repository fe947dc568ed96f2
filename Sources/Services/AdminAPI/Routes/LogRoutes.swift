// Questions about the log, which the audit service answers (Documentation/audit-query.md).

import ClawgressContract
import HTTPTypes

extension AdminRoute {
    /// What may be asked about the log.
    static let log = [
        question(AuditPaths.events, ["order", "limit", "cursor"]),
        question(AuditPaths.eventCount, []),
        question(AuditPaths.eventBuckets, ["bucket_seconds"]),
        question(AuditPaths.eventTop, ["by", "limit"]),
        stream(AuditPaths.eventExport, ["format", "order"]) {
            (service, call) async throws(Refusal) in try await service.export(call)
        },
        stream(AuditPaths.eventTail, []) {
            (service, call) async throws(Refusal) in try await service.tail(call)
        },
    ]

    private static let filter = [
        "since", "until", "kind", "decision", "host", "host_suffix", "status", "request_id",
        "agent", "team", "project", "environment", "policy", "reason", "gateway",
    ]

    /// - Parameter path: the question's path in the mesh.
    private static func own(_ path: String) -> String {
        AdminPath.logEvents + path.dropFirst(AuditPaths.events.count)
    }

    private static func question(_ path: String, _ more: [String]) -> AdminRoute {
        AdminRoute(.get, own(path), .logReaders, scope: .readEvents, query: filter + more) {
            (service, call) async throws(Refusal) in
            guard let log = service.log else { throw Refusal.logNotConfigured }
            return try await log.answer(path, call.query)
        }
    }

    private static func stream(
        _ path: String,
        _ more: [String],
        _ handle: @escaping @Sendable (AdminService, AdminCall) async throws(Refusal) -> AdminReply
    ) -> AdminRoute {
        AdminRoute(
            .get,
            own(path),
            .logReaders,
            scope: .readEvents,
            query: filter + more,
            isStream: true,
            handle
        )
    }
}
