// Every route, and who may use it. The OpenAPI document says the same, and a test compares them.

import ClawgressConfigTree
import ClawgressContract
import HTTPTypes

extension AdminRoute {
    /// Every route of the API.
    public static let all: [AdminRoute] = [
        health, sessions, users, candidate, configurations, opmode, history, log, logFiles,
        judgements, resources, keys, gateways,
    ].flatMap { $0 }

    private static let resources = ResourceKind.allCases.flatMap(\.routes)

    private static let health = [
        AdminRoute(.get, "/livez", nil) { (_, _) throws(Refusal) in .text("alive\n") },
        AdminRoute(.get, "/readyz", nil) { (service, _) async throws(Refusal) in
            try await service.ready()
        },
        AdminRoute(.get, "/metrics", .readers, scope: .metrics) {
            (service, _) async throws(Refusal) in
            try await service.metrics()
        },
        AdminRoute(.get, "/v1/openapi.yaml", nil) { (service, _) throws(Refusal) in
            try service.document()
        },
    ]

    private static let sessions = [
        AdminRoute(.post, "/v1/login", nil, body: .object(["user", "password"])) {
            (service, call) async throws(Refusal) in try await service.login(call)
        },
        AdminRoute(.post, "/v1/logout", .readers, statuses: [204]) {
            (service, call) async throws(Refusal) in try await service.logout(call)
        },
        AdminRoute(.get, "/v1/whoami", .readers) {
            (service, call) throws(Refusal) in try service.whoami(call)
        },
        AdminRoute(
            .get,
            "/v1/tokens",
            .readers,
            scope: .users,
            query: ["limit", "cursor"],
            statuses: [200, 304]
        ) {
            (service, call) throws(Refusal) in try service.tokens(call)
        },
        AdminRoute(
            .post,
            "/v1/tokens",
            .readers,
            scope: .users,
            body: .object(["name", "expires_seconds", "role", "user", "scopes"]),
            statuses: [201]
        ) { (service, call) async throws(Refusal) in try await service.makeToken(call) },
        AdminRoute(.delete, "/v1/tokens/{id}", .readers, scope: .users, statuses: [204]) {
            (service, call) async throws(Refusal) in try await service.revokeToken(call)
        },
    ]

    private static let users = [
        AdminRoute(
            .put,
            "/v1/users/{id}/password",
            .readers,
            scope: .users,
            body: .object(["password"]),
            statuses: [204]
        ) { (service, call) async throws(Refusal) in try await service.setPassword(call) }
    ]

    private static let candidate = [
        AdminRoute(
            .get,
            "/v1/candidate",
            .writers,
            scope: .readConfiguration,
            statuses: [200, 304]
        ) {
            (service, call) async throws(Refusal) in try await service.candidate(call)
        },
        AdminRoute(.delete, "/v1/candidate", .writers, scope: .writeConfiguration, statuses: [204])
        {
            (service, call) async throws(Refusal) in try await service.discard(call)
        },
        AdminRoute(
            .post,
            "/v1/candidate/edit",
            .writers,
            scope: .writeConfiguration,
            body: .object(["edits", "relative"])
        ) {
            (service, call) async throws(Refusal) in try await service.edit(call)
        },
        AdminRoute(
            .post,
            "/v1/candidate/level",
            .writers,
            scope: .writeConfiguration,
            body: .object(["path", "up", "top"])
        ) { (service, call) async throws(Refusal) in try await service.level(call) },
        AdminRoute(
            .post,
            "/v1/candidate/load",
            .writers,
            scope: .writeConfiguration,
            body: .object(["mode", "format", "text"])
        ) { (service, call) async throws(Refusal) in try await service.load(call) },
        AdminRoute(
            .post,
            "/v1/candidate/rebase",
            .writers,
            scope: .writeConfiguration,
            body: .optionalObject(["keep"])
        ) {
            (service, call) async throws(Refusal) in try await service.rebase(call)
        },
    ]

    private static let configurations = [
        AdminRoute(
            .get,
            "/v1/configuration",
            .readers,
            scope: .readConfiguration,
            query: ["of", "path", "relative", "format"],
            statuses: [200, 304]
        ) { (service, call) async throws(Refusal) in try await service.configuration(call) },
        AdminRoute(
            .get,
            "/v1/compare",
            .readers,
            scope: .readConfiguration,
            query: ["from", "to", "format", "limit", "cursor"]
        ) { (service, call) async throws(Refusal) in try await service.compare(call) },
        AdminRoute(.get, "/v1/schema", .readers, scope: .readConfiguration) {
            (_, _) throws(Refusal) in
            AdminReply(
                .ok,
                fields: [.contentType: "text/markdown; charset=utf-8"],
                body: Array(ConfigSchema.markdown.utf8)
            )
        },
        AdminRoute(
            .get,
            "/v1/complete",
            .readers,
            scope: .readConfiguration,
            query: ["line", "relative", "help"]
        ) {
            (service, call) async throws(Refusal) in try await service.complete(call)
        },
    ]

    private static let opmode = [
        AdminRoute(
            .post,
            "/v1/opmode/configure",
            .writers,
            scope: .writeConfiguration,
            body: .optionalObject(["comment"])
        ) {
            (service, call) async throws(Refusal) in try await service.configure(call)
        },
        AdminRoute(
            .post,
            "/v1/opmode/commit",
            .writers,
            scope: .commit,
            body: .optionalObject(["comment", "confirm_minutes", "exclude_gateways"])
        ) { (service, call) async throws(Refusal) in try await service.commit(call) },
        AdminRoute(.post, "/v1/opmode/confirm", .writers, scope: .commit) {
            (service, call) async throws(Refusal) in try await service.confirm(call)
        },
        AdminRoute(
            .post,
            "/v1/opmode/rollback",
            .writers,
            scope: .writeConfiguration,
            body: .object(["to"])
        ) {
            (service, call) async throws(Refusal) in try await service.rollBack(call)
        },
    ]

    private static let history = [
        AdminRoute(
            .get,
            "/v1/revisions",
            .readers,
            scope: .readConfiguration,
            query: ["limit", "cursor"],
            statuses: [200, 304]
        ) {
            (service, call) throws(Refusal) in try service.revisions(call)
        },
        AdminRoute(
            .get,
            "/v1/revisions/{id}",
            .readers,
            scope: .readConfiguration,
            statuses: [200, 304]
        ) {
            (service, call) throws(Refusal) in try service.revision(call)
        },
        AdminRoute(
            .get,
            "/v1/commits",
            .readers,
            scope: .readConfiguration,
            query: ["limit", "cursor"],
            statuses: [200, 304]
        ) {
            (service, call) throws(Refusal) in try service.commits(call)
        },
        AdminRoute(
            .get,
            "/v1/commits/{id}",
            .readers,
            scope: .readConfiguration,
            statuses: [200, 304]
        ) {
            (service, call) throws(Refusal) in try service.commitRecord(call)
        },
        AdminRoute(.get, "/v1/events", .auditors, scope: .readEvents, query: ["limit", "cursor"]) {
            (service, call) throws(Refusal) in try service.events(call)
        },
    ]

    private static let keys = [
        AdminRoute(
            .get,
            "/v1/agents/{id}/keys",
            .readers,
            scope: .readConfiguration,
            query: ["of", "limit", "cursor"],
            statuses: [200, 304]
        ) { (service, call) async throws(Refusal) in try await service.keys(call) },
        AdminRoute(
            .post,
            "/v1/agents/{id}/keys",
            .writers,
            scope: .keys,
            query: ["commit"],
            body: .optionalObject(["expires_seconds"]),
            statuses: [201]
        ) { (service, call) async throws(Refusal) in try await service.makeKey(call) },
        AdminRoute(
            .delete,
            "/v1/agents/{id}/keys/{key}",
            .writers,
            scope: .keys,
            query: ["exclude_gateways"]
        ) { (service, call) async throws(Refusal) in try await service.revokeKey(call) },
    ]

    private static let gateways = [
        AdminRoute(
            .get,
            "/v1/gateways",
            .readers,
            scope: .gateways,
            query: ["limit", "cursor"],
            statuses: [200, 304]
        ) { (service, call) async throws(Refusal) in try await service.gateways(call) },
        AdminRoute(.delete, "/v1/gateways/{id}", .admins, scope: .gateways, statuses: [204]) {
            (service, call) async throws(Refusal) in try await service.revokeGateway(call)
        },
        AdminRoute(
            .post,
            "/v1/gateways/{id}/enrolment-token",
            .admins,
            scope: .gateways,
            body: .optionalObject(["expires_seconds"]),
            statuses: [201]
        ) { (service, call) async throws(Refusal) in try await service.makeEnrolmentToken(call) },
        AdminRoute(
            .put,
            "/v1/gateways/{id}/maintenance",
            .admins,
            scope: .gateways,
            body: .object(["maintenance"]),
            statuses: [204]
        ) { (service, call) async throws(Refusal) in try await service.setMaintenance(call) },
    ]
}
