// Questions about records. Only admin-api may ask them, which knows which operator asks and what that
// operator may see.

import ClawgressAuditIndex
import ClawgressContract
import ClawgressMesh
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes below ``AuditPaths/events``.
struct EventRoutes: Sendable {
    let index: EventIndex

    /// Adds them to the mesh's routes.
    func add(to router: Router<MeshRequestContext>) {
        add(AuditPaths.events, EventQuery.parameters, to: router) { items in
            let query = try EventQuery(items)
            let (page, records) = try await index.page(query)
            return Self.json(RecordLines.page(page, records))
        }
        add(AuditPaths.eventCount, EventFilter.parameters, to: router) { items in
            let filter = try EventFilter(items)
            let count = try await index.ask { index throws(IndexError) in
                try await index.count(filter)
            }
            return AuditAnswers.text(RecordLines.count(count), type: "application/json")
        }
        add(AuditPaths.eventBuckets, BucketQuery.parameters, to: router) { items in
            let query = try BucketQuery(items, now: index.now())
            let buckets = try await index.ask { index throws(IndexError) in
                try await index.buckets(query)
            }
            return AuditAnswers.text(RecordLines.buckets(buckets), type: "application/json")
        }
        add(AuditPaths.eventTop, TopQuery.parameters, to: router) { items in
            let query = try TopQuery(items)
            let tops = try await index.ask { index throws(IndexError) in
                try await index.top(query)
            }
            return Self.json(RecordLines.top(tops))
        }
        router.get(RouterPath(AuditPaths.eventExport)) { request, context in
            try AuditRoutes.requireAdminAPI(context)
            try Self.requireNoBody(request)
            return try await EventExport.answer(
                request,
                try Self.items(request, EventExport.parameters),
                index
            )
        }
        router.get(RouterPath(AuditPaths.eventTail)) { request, context in
            try AuditRoutes.requireAdminAPI(context)
            try Self.requireNoBody(request)
            return try EventTail.answer(
                request,
                try Self.items(request, EventFilter.parameters),
                index
            )
        }
    }

    /// A route whose whole answer is made while one of the places for questions is taken.
    private func add(
        _ path: String,
        _ parameters: [String],
        to router: Router<MeshRequestContext>,
        _ answer: @escaping @Sendable (QueryItems) async throws -> Response
    ) {
        router.get(RouterPath(path)) { request, context in
            try AuditRoutes.requireAdminAPI(context)
            let items = try Self.items(request, parameters)
            let place = try index.enter()
            defer { withExtendedLifetime(place) {} }
            do {
                return try await answer(items)
            } catch let problem as QueryProblem {
                throw Problem.malformed(problem.description)
            }
        }
    }

    /// Whoever watches for a client's farewell must find the end of its request, and nothing else.
    private static func requireNoBody(_ request: Request) throws(Problem) {
        guard request.headers[.contentLength] ?? "0" == "0",
            request.headers[.transferEncoding] == nil
        else { throw .malformed("the route takes no body") }
    }

    private static func items(
        _ request: Request,
        _ parameters: [String]
    ) throws(Problem) -> QueryItems {
        do throws(QueryProblem) {
            return try QueryItems(
                request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) },
                known: parameters
            )
        } catch {
            throw .malformed(error.description)
        }
    }

    private static func json(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
