// The admin API assembled: its database, its desk, its door, and what runs beside them.

public import ClawgressAlerts
import ClawgressBytes
import ClawgressContract
import ClawgressJWS
import ClawgressMesh
import ClawgressSealing
import ClawgressStorage
public import Logging
import ServiceLifecycle

/// The admin API.
public struct AdminAPI: Sendable {
    /// Answers requests, whoever carries them.
    public let responder: AdminResponder
    var service: AdminService { responder.service }

    /// Opens the state folder and makes what answers requests.
    ///
    /// - Parameters:
    ///   - stateFolder: the folder of the database; must exist.
    ///   - plane: the policy service.
    ///   - log: whom questions about the log are passed on to.
    ///   - teller: who tells of alerts; nil if nobody is to be told.
    ///   - openAPI: the text of the OpenAPI document.
    /// - Throws: `AdminStartError`.
    public init(
        stateFolder: String,
        plane: any PolicyPlane,
        log: LogQuestions? = nil,
        teller: AlertTeller? = nil,
        clock: AdminClock = .machine,
        limits: AdminLimits = AdminLimits(),
        openAPI: String? = nil,
        logger: Logger
    ) throws(AdminStartError) {
        do {
            let store = try AdminStore(folder: stateFolder, logger: logger)
            let desk = try ConfigurationDesk(
                store: store,
                plane: plane,
                limits: limits,
                clock: clock,
                logger: logger
            )
            let journal = try AdminJournal(
                folder: "\(stateFolder)/spool",
                bytesMax: Int(limits.spoolBytes),
                store: store,
                now: clock.microseconds(),
                logger: logger
            )
            responder = AdminResponder(
                service: AdminService(
                    store: store,
                    desk: desk,
                    journal: journal,
                    shipping: AdminShipping(teller, logger: logger),
                    log: log,
                    authenticator: Authenticator(
                        store: store,
                        standings: desk.standings,
                        clock: clock,
                        failures: LoginBudgets(
                            sourcePerMinute: limits.sourceFailuresPerMinute,
                            userPerMinute: limits.userFailuresPerMinute
                        )
                    ),
                    plane: plane,
                    clock: clock,
                    logger: logger,
                    limits: limits,
                    openAPI: openAPI,
                    requests: Budgets(perSecond: limits.requestsPerSecond),
                    logFiles: Budgets(perSecond: limits.logFilesPerSecond),
                    openRequests: Budgets(perSecond: limits.openRequestsPerSecond),
                    refusals: RefusalLedger(perMinute: limits.refusalEventsPerMinute)
                )
            )
        } catch let error as AdminStartError {
            throw error
        } catch let error as StorageError {
            throw AdminStartError(error.description)
        } catch let error as Refusal {
            throw AdminStartError(error.problem.detail)
        } catch {
            throw AdminStartError("\(error)")
        }
    }

    /// A one-time admin token, as long as nobody has had access; nil afterwards.
    ///
    /// It is kept as a digest only, and a new one ends the one before: who lost it starts the
    /// daemon again.
    public func bootstrapToken() throws(AdminStartError) -> String? {
        do throws(Refusal) {
            let secret = BearerSecret.generate(.bootstrap)
            let now = service.clock.seconds
            let isDue = try service.store.begin(
                with: StoredCredential(
                    secret,
                    user: Authenticator.bootstrapUser,
                    name: "first start",
                    role: .admin,
                    createdAt: now,
                    expiresAt: now + 24 * 3_600
                )
            )
            return isDue ? secret.fullText : nil
        } catch {
            throw AdminStartError(error.problem.detail)
        }
    }

    /// Asks once for what the policy service did meanwhile, and forgets what has ended.
    public func follow() async {
        await service.desk.follow()
        do throws(Refusal) {
            try service.recordUntold(isLast: false)
            try await service.journal.drain(isDone: true)
            try service.store.sweep(
                now: service.clock.seconds,
                repetitionSeconds: AdminService.repetitionSeconds
            )
        } catch {
            service.logger.error("cannot tidy up", metadata: ["detail": "\(error.problem.detail)"])
        }
    }

    /// Notes what is left to be noted, when no more requests come.
    public func conclude() async {
        do throws(Refusal) {
            try service.recordUntold(isLast: true)
            try await service.journal.drain(isDone: true)
        } catch {
            service.logger.error("cannot conclude", metadata: ["detail": "\(error.problem.detail)"])
        }
    }

    /// Gives the database back; for tests and backups.
    public func close() throws(AdminStartError) {
        do throws(StorageError) {
            try service.store.close()
        } catch {
            throw AdminStartError(error.description)
        }
    }
}

/// Why the admin API does not start: one line with what to do.
public struct AdminStartError: Error, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String

    /// Makes an error from one line.
    public init(_ description: String) {
        self.description = description
    }
}

/// Keeps the desk informed while the daemon runs.
struct FollowService: Service {
    let api: AdminAPI
    /// How often the policy service is asked.
    static var period: Duration { .seconds(1) }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await api.follow()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.period) }
        }
        await api.conclude()
    }
}
