// The door: from a request to a route, a caller and a strict body, in an order in which nobody
// learns or costs more than they may. Whatever happens, the answer is one of the document's.

import ClawgressAudit
import ClawgressContract
import ClawgressJWS
import ClawgressMesh
import HTTPTypes
public import Hummingbird
import Logging
import NIOCore

/// What the door knows of a connection.
public struct AdminContext: InitializableFromSource {
    /// The client's address, without its port.
    let source: String

    /// Takes the connection's address.
    public init(source: ApplicationRequestContextSource) {
        self.init(clientAddress: source.channel.remoteAddress?.ipAddress ?? "local")
    }

    /// For requests that no connection of Hummingbird's carries.
    public init(clientAddress: String) {
        source = clientAddress
    }
}

/// Answers requests.
public struct AdminResponder: HTTPResponder, HTTPResponderBuilder {
    /// Carries the connection's address.
    public typealias Context = AdminContext

    let service: AdminService

    /// Itself.
    public func buildResponder() -> AdminResponder { self }

    /// Answers one request; `HEAD` is `GET` without the body.
    public func respond(to request: Request, context: AdminContext) async throws -> Response {
        let response = await answered(request, source: context.source)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answered(_ request: Request, source: String) async -> Response {
        let reply: AdminReply
        do throws(Refusal) {
            reply = try await answer(request, source: source)
        } catch {
            if error.problem.status >= 500 {
                service.logger.error(
                    "a request failed",
                    metadata: [
                        "code": "\(error.problem.code)", "detail": "\(error.problem.detail)",
                    ]
                )
            }
            service.counters.count(refusal: error.problem.code)
            reply = .problem(error)
        }
        service.counters.count(status: reply.status.code)
        var fields = reply.fields
        fields[.xContentTypeOptions] = "nosniff"
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-cache" }
        if let stream = reply.stream {
            return Response(status: reply.status, headers: fields, body: stream.body(for: request))
        }
        if reply.body.isEmpty { return Response(status: reply.status, headers: fields) }
        return Response(
            status: reply.status,
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        )
    }

    /// Answers a request.
    ///
    /// What changes something needs a journal that works, and is answered when its event is on the
    /// disk.
    private func answer(_ request: Request, source: String) async throws(Refusal) -> AdminReply {
        let target = try RequestTarget(request.head.path ?? "/")
        let (route, arguments) = try find(request.method, target.segments)
        guard route.method != .get else {
            return try await handle(request, route, arguments, target, source: source)
        }
        try await service.journal.drain(isDone: false)
        let reply: AdminReply
        do throws(Refusal) {
            reply = try await handle(request, route, arguments, target, source: source)
        } catch {
            try await service.journal.drain(isDone: true)
            throw error
        }
        try await service.journal.drain(isDone: true)
        return reply
    }

    private func handle(
        _ request: Request,
        _ route: AdminRoute,
        _ arguments: [String],
        _ target: RequestTarget,
        source: String
    ) async throws(Refusal) -> AdminReply {
        let caller = try admit(route, request, source: source)
        let query = try target.query(known: route.query)
        let value = try await body(of: request, route)
        let call = AdminCall(
            caller: caller,
            arguments: arguments,
            query: query,
            body: try Self.read(value.json, route.body),
            fields: request.headers
        )
        return try await service.once(route, call, path: target.segments, body: value.bytes)
    }

    private func find(
        _ method: HTTPRequest.Method,
        _ path: [String]
    ) throws(Refusal) -> (AdminRoute, [String]) {
        let wanted = method == .head ? .get : method
        var allowed: [String] = []
        for route in AdminRoute.all {
            guard let arguments = route.arguments(of: path) else { continue }
            if route.method == wanted, !route.isStream || method == .get {
                return (route, arguments)
            }
            allowed.append(route.method.rawValue)
            if route.method == .get, !route.isStream {
                allowed.append(HTTPRequest.Method.head.rawValue)
            }
        }
        throw allowed.isEmpty ? .notFound : .methodNotAllowed(allowed)
    }

    private func admit(
        _ route: AdminRoute,
        _ request: Request,
        source: String
    ) throws(Refusal) -> Caller {
        let now = service.clock.microseconds()
        guard let roles = route.roles else {
            if let seconds = service.openRequests.take(Neighbourhood.name(of: source), at: now) {
                throw .rateLimited(seconds)
            }
            return .anonymous(source)
        }
        let caller = try service.authenticator.caller(
            request.headers[.authorization],
            source: source
        )
        let budget = route.isLogFile ? service.logFiles : service.requests
        if let seconds = budget.take(caller.user, at: now) {
            throw .rateLimited(seconds)
        }
        guard caller.kind != .bootstrap || route.takesBootstrap else {
            throw Refusal.bootstrapOnly
        }
        let outOfScope = route.scope.flatMap { caller.has($0) ? nil : Refusal.outOfScope($0) }
        let refusal = roles.contains(caller.role) ? outOfScope : .forbidden(caller.role, roles)
        if let refusal {
            if route.method != .get {
                let path = (request.head.path ?? "").prefix { $0 != "?" }
                let asked = "\(route.method.rawValue) \(path)"
                try service.record(caller, .request, asked, "", refusal: refusal)
            }
            throw refusal
        }
        return caller
    }

    private func body(
        of request: Request,
        _ route: AdminRoute
    ) async throws(Refusal) -> (json: JSONValue?, bytes: [UInt8]) {
        guard !route.isStream else {
            // What follows the head is left to who watches whether the client goes away: it ends
            // the process if it finds the end of the request read already.
            guard request.headers[.contentLength] ?? "0" == "0",
                request.headers[.transferEncoding] == nil
            else { throw .body("this route takes no body") }
            return (nil, [])
        }
        let limit = route.bodyBytes(service.bodyBytesMax)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw .tooLarge(limit)
        }
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit)
        } catch {
            throw .body("the body ended early")
        }
        guard !bytes.isEmpty else { return (nil, []) }
        guard route.takesBody else { throw .body("this route takes no body") }
        guard Self.isJSON(request.headers[.contentType]) else { throw .mediaType }
        do throws(JSONError) {
            return (try StrictJSON.read(bytes.span), bytes)
        } catch {
            throw .body("it is not valid JSON: \(error.problem.rawValue) at byte \(error.offset)")
        }
    }

    private static func isJSON(_ field: String?) -> Bool {
        let parts = (field ?? "").lowercased().filter { $0 != " " && $0 != "\"" }
            .split(separator: ";")
        // JSON is UTF-8 (RFC 8259 section 8.1); whoever says otherwise means other bytes.
        return parts.first == "application/json"
            && parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
    }

    private static func read(
        _ json: JSONValue?,
        _ body: AdminRoute.Body
    ) throws(Refusal) -> JSONBody {
        switch (body, json) {
        case (.none, _), (.optionalObject, nil): return .none
        case (.object(let known), let json?), (.optionalObject(let known), let json?):
            return try JSONBody(json, known: known)
        case (.configuration, let json?): return JSONBody(any: json)
        case (.object, nil), (.configuration, nil): throw .body("the body is missing")
        }
    }
}
