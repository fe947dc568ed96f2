// Commit-confirm: a publication with a deadline is either published again without one, or what
// was confirmed before it is published again. Both are publications as any other, with serials of their own.

public import ClawgressContract
import Logging

extension PolicyPlane {
    /// Keeps a publication that would be reverted.
    ///
    /// - Throws: `Problem`: `not_confirmable`, or as ``publish(_:)``.
    public func confirm(
        serial: Int64,
        requestID: String
    ) async throws(Problem) -> Publication {
        if let known = try await known(requestID) {
            guard known.kind == .confirmation else { throw .requestIDReused(requestID) }
            guard known.state != .aborted else { throw .aborted(known) }
            return known
        }
        guard let unconfirmed, unconfirmed.bundle.serial == serial else {
            throw .notConfirmable("serial \(serial) is confirmed, reverted, or was never decided")
        }
        guard clock.wall() < unconfirmed.confirmBy else {
            throw .notConfirmable("the time to confirm serial \(serial) is over")
        }
        return try await publish(
            PublicationWish(
                requestID: requestID,
                kind: .confirmation,
                revision: unconfirmed.bundle.revision,
                content: .sameAs(unconfirmed.bundle)
            )
        )
    }

    private func known(_ requestID: String) async throws(Problem) -> Publication? {
        do throws(PolicyStoreError) {
            return try await store.publication(requestID: requestID)
        } catch {
            throw .unavailable(error)
        }
    }

    /// Refuses a deadline where nothing could come back.
    func checkConfirmable() throws(Problem) {
        guard machine.latest != nil else { throw .nothingToRevertTo }
    }

    /// How long a reversion that failed by itself is not tried again, in milliseconds.
    private static var reversionPause: Int64 { 5_000 }

    /// Begins a reversion if it is time for one and nothing else is under way.
    func revertIfDue() {
        guard let unconfirmed, attempt == nil, clock.wall() >= unconfirmed.confirmBy,
            revertAfter.map({ clock.uptime() >= $0 }) ?? true
        else { return }
        logger.warning(
            "nobody confirmed in time; reverting",
            metadata: ["bundle": "\(unconfirmed.bundle.place)"]
        )
        let wish = PublicationWish(
            requestID: "reversion-\(unconfirmed.bundle.place)-\(clock.wall())",
            kind: .reversion,
            revision: unconfirmed.previous.revision,
            content: .sameAs(unconfirmed.previous),
            comment: "\(unconfirmed.bundle.place) was not confirmed in time",
            exclude: obstinate.filter { book.entries[$0] != nil }
        )
        Task { [weak self] in _ = try? await self?.publish(wish) }
    }

    /// A reversion must not be kept up by whoever refuses or is silent: the next try goes on
    /// without them.
    ///
    /// One that fails for another reason will fail again, and is tried more slowly.
    func noteReversion(_ answer: Attempt.Answer) {
        switch answer {
        case .success: obstinate = []
        case .failure(let problem):
            let refusals = problem.refusals ?? []
            obstinate.formUnion(refusals.map(\.gatewayID))
            revertAfter = refusals.isEmpty ? clock.uptime() + Self.reversionPause : nil
            logger.error("the reversion failed", metadata: ["problem": "\(problem.detail)"])
        }
    }
}
