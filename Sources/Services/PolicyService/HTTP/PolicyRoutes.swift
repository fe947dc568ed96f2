// The routes, each with whom it is for. A route that names nobody is for anybody, so each one
// begins with the check and the compiler is no help: a test asks every route as everybody.

import ClawgressContract
public import ClawgressMesh
import ClawgressModel
import HTTPTypes
public import Hummingbird

/// The policy service's HTTP interface.
public struct PolicyRoutes: Sendable {
    let plane: PolicyPlane
    let store: PolicyStore
    let issuer: EnrolmentIssuer?

    /// Serves a plane.
    public init(plane: PolicyPlane, store: PolicyStore, issuer: EnrolmentIssuer?) {
        self.plane = plane
        self.store = store
        self.issuer = issuer
    }

    /// Everything that is answered.
    public func router() -> Router<MeshRequestContext> {
        let router = Router(context: MeshRequestContext.self)
        router.add(middleware: ProblemMiddleware<MeshRequestContext>())
        addPublications(to: router)
        addGateways(to: router)
        addStreams(to: router)
        router.get(RouterPath(PolicyPaths.metrics)) { _, context in
            guard context.peer != nil else { throw Problem.certificateRequired }
            return PolicyBody.text(await plane.metrics().text)
        }
        router.post("/v1/enrol") { request, _ in
            let wish = try await PolicyBody.decode(EnrolmentRequest.self, from: request)
            return try PolicyBody.answer(try await plane.enrol(wish, issuer: issuer))
        }
        return router
    }

    /// Refuses everybody but admin-api.
    static func requireAdminAPI(_ context: MeshRequestContext) throws(Problem) {
        guard let peer = context.peer else { throw .certificateRequired }
        guard peer.service == .adminAPI else { throw .identityRefused("\(peer)") }
    }

    /// Refuses everybody but an enrolled gateway with its own certificate.
    func requireGateway(_ context: MeshRequestContext) async throws(Problem) -> String {
        let certificate = try Self.gatewayCertificate(context)
        try await plane.authorise(certificate)
        return certificate.identity.name
    }

    /// Refuses everybody but gateways; whether this one is enrolled is not looked at.
    static func gatewayCertificate(_ context: MeshRequestContext) throws(Problem) -> MeshCertificate
    {
        guard let certificate = context.peerCertificate else { throw .certificateRequired }
        let identity = certificate.identity
        guard identity.service == .gateway else { throw .identityRefused("\(identity)") }
        return certificate
    }

    private func addPublications(to router: Router<MeshRequestContext>) {
        router.post("/v1/publications") { request, context in
            try Self.requireAdminAPI(context)
            let (wish, snapshot) = try await PolicyBody.publication(from: request)
            return try PolicyBody.answer(
                try await plane.publish(try Self.wish(wish, .snapshot(snapshot)))
            )
        }
        router.get("/v1/publications") { request, context in
            try Self.requireAdminAPI(context)
            return try PolicyBody.answer(try await page(request))
        }
        router.get("/v1/publications/:id") { _, context in
            try Self.requireAdminAPI(context)
            let id = try context.parameters.require("id")
            guard let found = try await store.publication(requestID: id) else {
                throw Problem.notFound("publication `\(id)`")
            }
            return try PolicyBody.answer(found)
        }
        router.delete("/v1/publications/:id") { _, context in
            try Self.requireAdminAPI(context)
            let id = try context.parameters.require("id")
            try Self.checkRequestID(id)
            guard let made = try await plane.withdraw(id) else {
                return Response(status: .noContent)
            }
            return try PolicyBody.answer(made)
        }
        router.post("/v1/publications/:id/confirm") { request, context in
            try Self.requireAdminAPI(context)
            let serial = try context.parameters.require("id", as: Int64.self)
            let wish = try await PolicyBody.decode(ConfirmationRequest.self, from: request)
            try Self.checkRequestID(wish.requestID)
            return try PolicyBody.answer(
                try await plane.confirm(serial: serial, requestID: wish.requestID)
            )
        }
    }

    private static func wish(
        _ request: PublicationRequest,
        _ content: PublicationWish.Content
    ) throws(Problem) -> PublicationWish {
        try checkRequestID(request.requestID)
        if let comment = request.comment, comment.utf8.count > 4_096 {
            throw .malformed("`comment` has more than 4096 bytes")
        }
        if let seconds = request.confirmSeconds, !(10...604_800).contains(seconds) {
            throw .malformed("`confirm_seconds` must be 10 to 604800")
        }
        return PublicationWish(
            requestID: request.requestID,
            kind: .publication,
            revision: request.revision,
            content: content,
            comment: request.comment,
            confirmSeconds: request.confirmSeconds,
            exclude: Set(request.exclude ?? [])
        )
    }

    /// The service's own ids begin with `reversion-`, and no caller's may.
    private static func checkRequestID(_ id: String) throws(Problem) {
        let isPlain = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, PublicationRequest.requestIDLengths.contains(id.utf8.count),
            !id.hasPrefix("reversion-")
        else { throw .malformed("`request_id` must be 1 to 128 letters, digits, `-`, `_`, `.`") }
    }

    private func page(_ request: Request) async throws -> PublicationPage {
        let limit = request.uri.queryParameters["limit"].map { Int($0) ?? 0 } ?? 50
        guard (1...200).contains(limit) else { throw Problem.malformed("`limit` must be 1 to 200") }
        var before: (epoch: Int64, serial: Int64)?
        if let text = request.uri.queryParameters["before"] {
            let parts = text.split(separator: ".").compactMap { Int64($0) }
            guard parts.count == 2 else {
                throw Problem.malformed("`before` must be a `publication_id`")
            }
            before = (parts[0], parts[1])
        }
        let state = try request.uri.queryParameters["state"].map { (text) throws(Problem) in
            guard let state = Publication.State(rawValue: String(text)) else {
                throw .malformed("`state` must be `preparing`, `aborted` or `decided`")
            }
            return state
        }
        let found = try await store.publications(before: before, state: state, limit: limit)
        return PublicationPage(
            publications: found,
            next: found.count == limit ? found.last?.publicationID : nil
        )
    }
}
