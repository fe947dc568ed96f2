// The routes of the mesh, each with whom it is for. A route that names nobody would be for anybody,
// so each one begins with the check: a test asks every route as everybody.

import ClawgressBytes
import ClawgressContract
public import ClawgressMesh
import ClawgressRecords
import ClawgressTransparencyLog
import HTTPTypes
public import Hummingbird

/// The audit service's HTTP interface in the mesh.
public struct AuditRoutes: Sendable {
    let log: AuditLog
    private let places: BatchPlaces
    private let bodySeconds: Double
    private let refusals = RefusalCounts()
    let index: EventIndex?
    private let witnesses: Witnesses?
    private let moreMetrics: @Sendable () -> String

    /// Serves a log, and what its index answers.
    public init(log: AuditLog, settings: LogSettings, index: EventIndex? = nil) {
        self.init(log: log, settings: settings, index: index, witnesses: nil) { "" }
    }

    /// Serves a log with its witnesses.
    ///
    /// - Parameter moreMetrics: the metrics of what runs beside them.
    init(
        log: AuditLog,
        settings: LogSettings,
        index: EventIndex?,
        witnesses: Witnesses?,
        moreMetrics: @escaping @Sendable () -> String
    ) {
        self.log = log
        self.index = index
        self.witnesses = witnesses
        self.moreMetrics = moreMetrics
        places = BatchPlaces(
            placesMax: settings.batchesAtOnce,
            ofSenderMax: settings.batchesPerSender
        )
        bodySeconds = Double(settings.bodyMilliseconds) / 1_000
    }

    /// Everything that is answered.
    public func router() -> Router<MeshRequestContext> {
        let router = Router(context: MeshRequestContext.self)
        router.add(middleware: AuditProblems<MeshRequestContext>())
        router.post(RouterPath(AuditPaths.batches)) { request, context in
            do {
                return try await take(request, context, from: try Self.sender(context))
            } catch let problem as Problem {
                refusals.add(problem.code)
                throw problem
            }
        }
        router.get(RouterPath(AuditPaths.streams)) { request, context in
            try Self.requireAdminAPI(context)
            return AuditAnswers.json(try StreamPages.page(await log.state, request))
        }
        router.get("/metrics") { _, context in
            try Self.requireAdminAPI(context)
            let parts = [
                GatewayMetrics(watch: await log.gateways).text, await index?.metrics(),
                await witnesses?.metrics(), moreMetrics(),
            ]
            return AuditAnswers.text(await metrics().text + parts.compactMap(\.self).joined())
        }
        router.get(RouterPath(AuditPaths.checkpoint)) { _, context in
            guard context.peer != nil else { throw Problem.certificateRequired }
            return try await LogFiles.checkpoint(log)
        }
        router.get(RouterPath(AuditPaths.witnessedCheckpoint)) { _, context in
            guard context.peer != nil else { throw Problem.certificateRequired }
            return try await LogFiles.witnessedCheckpoint(log)
        }
        router.get(RouterPath(AuditPaths.retention)) { _, context in
            guard context.peer != nil else { throw Problem.certificateRequired }
            return try await LogFiles.retention(log)
        }
        router.get(RouterPath("\(AuditPaths.log)/tile/**")) { request, context in
            guard let peer = context.peer else { throw Problem.certificateRequired }
            let name = try LogFiles.name(request)
            if case .entries = name.kind, peer.service != .adminAPI {
                throw Problem.identityRefused("\(peer)")
            }
            return try await LogFiles.tile(name, of: log)
        }
        if let index { EventRoutes(index: index).add(to: router) }
        return router
    }

    private func metrics() async -> LogMetrics {
        LogMetrics(
            state: await log.state,
            watch: await log.watch,
            refusals: refusals,
            minimum: log.bounds.minimum,
            space: try? Folder.space(at: log.places.log),
            now: AuditClock.steady()
        )
    }

    static func requireAdminAPI(_ context: MeshRequestContext) throws(Problem) {
        guard let peer = context.peer else { throw .certificateRequired }
        guard peer.service == .adminAPI else { throw .identityRefused("\(peer)") }
    }

    /// Whose records a peer may send: its own.
    private static func sender(_ context: MeshRequestContext) throws(Problem) -> RecordSender {
        guard let peer = context.peer else { throw .certificateRequired }
        switch peer.service {
        case .gateway: return .gateway(peer.name)
        case .adminAPI: return .service(peer.service.rawValue)
        case .policy, .audit: throw .identityRefused("\(peer)")
        }
    }

    private func take(
        _ request: Request,
        _ context: MeshRequestContext,
        from sender: RecordSender
    ) async throws -> Response {
        let since = try BatchBody.since(request)
        guard places.enter(sender) else { throw Problem.busy }
        defer { places.leave(sender) }
        let entries: [LogEntry]
        do {
            entries = try await context.within(seconds: bodySeconds) {
                try await BatchBody.entries(of: request, from: sender)
            }
        } catch MeshError.timedOut {
            throw Problem.batchTooSlow
        }
        let outcome: BatchOutcome
        do throws(LogRefusal) {
            outcome = try await log.add(entries)
        } catch {
            throw Problem.refused(error)
        }
        let (checkpoint, consistency) = try await log.consistency(since: since)
        await log.answering()
        let answer = AuditBatchAnswer(
            added: outcome.added,
            known: outcome.known,
            checkpoint: checkpoint,
            consistency: consistency
        )
        return AuditAnswers.text(answer.text, type: "application/json")
    }
}
