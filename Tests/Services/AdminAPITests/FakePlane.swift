// A policy service that fails as a test wants it to. It keeps what it decided, as the real one does,
// so that an answer which was lost can be asked for again.

import ClawgressAdminAPI
import ClawgressContract
import Synchronization

/// How the service behaves.
enum PlaneMood: Sendable {
    /// It publishes.
    case well
    /// Gateways refuse.
    case refuses(PolicyRefusal)
    /// It does as it is told, and its answer is lost.
    case losesAnswers
    /// What it is asked to do stays on the way, and nobody hears what became of that.
    case losesRequests
    /// It publishes when it is told to go on.
    case holds
    /// Nothing reaches it.
    case isGone
}

final class FakePlane: PolicyPlane {
    private struct State {
        var mood = PlaneMood.well
        var serial: Int64 = 0
        var publications: [Publication] = []
        var contents: [[UInt8]] = []
        var excluded: [[String]] = []
        var gatewayIDs = ["gw-1"]
        var maintenance: Set<String> = []
        var withdrawn: Set<String> = []
        /// Publications that it holds back.
        var held: [CheckedContinuation<Void, Never>] = []
        /// Whoever waits for the first of them.
        var onHold: CheckedContinuation<Void, Never>?
        /// What is on the way.
        var late: [(request: PublicationRequest, content: [UInt8])] = []
    }

    private let state = Mutex(State())

    var mood: PlaneMood {
        get { state.withLock { $0.mood } }
        set { state.withLock { $0.mood = newValue } }
    }

    /// What was published, newest last.
    var contents: [[UInt8]] { state.withLock { $0.contents } }

    /// The gateways that are enrolled.
    var gatewayIDs: [String] {
        get { state.withLock { $0.gatewayIDs } }
        set { state.withLock { $0.gatewayIDs = newValue } }
    }

    /// Who need not have agreed to each.
    var excluded: [[String]] { state.withLock { $0.excluded } }

    func publish(
        _ request: PublicationRequest,
        content: [UInt8]
    ) async throws(PolicyPlaneError) -> Publication {
        let mood = mood
        switch mood {
        case .isGone: throw .unreachable("gone")
        case .losesRequests:
            state.withLock { $0.late.append((request, content)) }
            throw .unreachable("gone")
        case .refuses(let refusal): throw .refused(refusal)
        case .holds: await hold()
        case .well, .losesAnswers: break
        }
        let publication = state.withLock { Self.take(&$0, request, content) }
        if case .losesAnswers = mood { throw .unreachable("lost") }
        return publication
    }

    private func hold() async {
        await withCheckedContinuation { held in
            let waiter = state.withLock { state in
                defer { state.onHold = nil }
                state.held.append(held)
                return state.onHold
            }
            waiter?.resume()
        }
    }

    /// Waits until it holds something back.
    func untilItHolds() async {
        await withCheckedContinuation { waiter in
            let isThere = state.withLock { state in
                if state.held.isEmpty { state.onHold = waiter }
                return !state.held.isEmpty
            }
            if isThere { waiter.resume() }
        }
    }

    /// Lets what is held back go on, and holds nothing back any more.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.mood = .well
            return state.held
        }
        for each in held { each.resume() }
    }

    /// Lets what was on the way arrive.
    func deliver() {
        state.withLock { state in
            for (request, content) in state.late where !state.withdrawn.contains(request.requestID)
            {
                _ = Self.take(&state, request, content)
            }
            state.late = []
        }
    }

    private static func take(
        _ state: inout State,
        _ request: PublicationRequest,
        _ content: [UInt8]
    ) -> Publication {
        state.contents.append(content)
        state.excluded.append(request.exclude ?? [])
        return decide(
            &state,
            request.requestID,
            request.revision,
            .publication,
            confirmBy: request.confirmSeconds.map { 1_000_000 + $0 }
        )
    }

    func withdraw(_ requestID: String) async throws(PolicyPlaneError) -> Publication? {
        switch mood {
        case .isGone, .losesAnswers, .losesRequests: throw .unreachable("gone")
        case .well, .refuses, .holds:
            return state.withLock { state in
                let made = state.publications.first { $0.requestID == requestID }
                if made == nil { state.withdrawn.insert(requestID) }
                return made
            }
        }
    }

    func latest() async throws(PolicyPlaneError) -> Publication? {
        if case .isGone = mood { throw .unreachable("gone") }
        return state.withLock { $0.publications.last }
    }

    func confirm(serial: Int64, requestID: String) async throws(PolicyPlaneError) -> Publication {
        let mood = mood
        if case .refuses(let refusal) = mood { throw .refused(refusal) }
        let publication = state.withLock { state in
            let revision = state.publications.first { $0.serial == serial }?.revision ?? ""
            return Self.decide(&state, requestID, revision, .confirmation, confirmBy: nil)
        }
        if case .losesAnswers = mood { throw .unreachable("lost") }
        return publication
    }

    /// Publishes what `revision` names again, as at a deadline that nobody met.
    func revert(to revision: String) {
        state.withLock { state in
            _ = Self.decide(&state, "revert-\(state.serial)", revision, .reversion, confirmBy: nil)
        }
    }

    func gateways() async throws(PolicyPlaneError) -> [GatewayStatus] {
        if case .isGone = mood { throw .unreachable("gone") }
        return gatewayIDs.map {
            GatewayStatus(
                gatewayID: $0,
                state: .connected,
                required: true,
                streaming: true,
                enrolledAt: 1,
                certificateEnds: 2
            )
        }
    }

    func enrolmentToken(
        _ request: EnrolmentTokenRequest
    ) async throws(PolicyPlaneError) -> EnrolmentToken {
        if case .losesAnswers = mood { throw .unreachable("lost") }
        return EnrolmentToken(token: "enrol-secret-\(request.gatewayID)", expiresAt: 99)
    }

    func setMaintenance(_ gatewayID: String, _ on: Bool) async throws(PolicyPlaneError) {
        if case .losesAnswers = mood { throw .unreachable("lost") }
        state.withLock { state in
            if on {
                state.maintenance.insert(gatewayID)
            } else {
                state.maintenance.remove(gatewayID)
            }
        }
    }

    func revoke(_ gatewayID: String) async throws(PolicyPlaneError) {
        if case .holds = mood { await hold() }
        if case .losesAnswers = mood { throw .unreachable("lost") }
        guard gatewayID == "gw-1" else {
            throw .refused(PolicyRefusal(status: 404, code: "not_found", detail: "no such gateway"))
        }
    }

    private static func decide(
        _ state: inout State,
        _ requestID: String,
        _ revision: String,
        _ kind: Publication.Kind,
        confirmBy: Int64?
    ) -> Publication {
        state.serial += 1
        let publication = Publication(
            requestID: requestID,
            reference: BundleReference(epoch: 1, serial: state.serial, revision: revision),
            kind: kind,
            state: .decided,
            createdAt: 1_000_000,
            decidedAt: 1_000_000,
            confirmBy: confirmBy,
            previous: state.publications.last?.publicationID,
            rollout: [
                RolloutEntry(gatewayID: "gw-1", state: "activated", code: nil, reason: nil)
            ]
        )
        state.publications.append(publication)
        return publication
    }
}
