// From a wish to the question to the gateways. Everything that can be refused is refused before
// anything is written; the caller's connection may end at any point without changing the outcome.

public import ClawgressContract
import ClawgressJWSSigning
import ClawgressModel
import Logging

extension PolicyPlane {
    /// Publishes, and answers when the gateways have agreed and been told, or when one refused.
    ///
    /// The same request id again joins the attempt under way or gets the answer of the first.
    ///
    /// - Throws: `Problem` with a code of ``PolicyProblem``.
    public func publish(_ wish: PublicationWish) async throws(Problem) -> Publication {
        if let attempt {
            guard attempt.requestID == wish.requestID else {
                if let known = try await settled(wish) { return try known.get() }
                throw .inProgress
            }
            guard attempt.revision == wish.revision, attempt.kind == wish.kind else {
                throw .requestIDReused(wish.requestID)
            }
        } else {
            attempt = Attempt(wish)
            Task { await self.carryOut(wish) }
        }
        let answer = await withCheckedContinuation {
            (waiter: CheckedContinuation<Attempt.Answer, Never>) in
            attempt?.waiters.append(waiter)
        }
        return try answer.get()
    }

    private func carryOut(_ wish: PublicationWish) async {
        do throws(Problem) {
            if let known = try await settled(wish) {
                finish(known)
            } else {
                try await prepare(wish)
            }
        } catch {
            finish(.failure(error))
        }
    }

    /// What became of the same wish before; nil if it was not made.
    private func settled(_ wish: PublicationWish) async throws(Problem) -> Attempt.Answer? {
        let found: Publication?
        do throws(PolicyStoreError) {
            found = try await store.publication(requestID: wish.requestID)
        } catch {
            throw .unavailable(error)
        }
        guard let found else { return nil }
        guard found.revision == wish.revision, found.kind == wish.kind else {
            throw .requestIDReused(wish.requestID)
        }
        return Self.answer(found)
    }

    /// Sees to it that nothing comes of a request any more; or answers what it has come to.
    ///
    /// Whoever heard no answer asks here and not ``PolicyStore/publication(requestID:)``: a request
    /// that is not in the database may be on its way there.
    ///
    /// - Throws: `Problem`: `unavailable`.
    public func withdraw(_ requestID: String) async throws(Problem) -> Publication? {
        do throws(PolicyStoreError) {
            return try await store.withdraw(requestID, at: clock.wall())
        } catch {
            throw .unavailable(error)
        }
    }

    /// Checks, signs, writes, and asks the gateways.
    private func prepare(_ wish: PublicationWish) async throws(Problem) {
        let unknown = wish.exclude.filter { book.entries[$0] == nil }.sorted()
        guard unknown.isEmpty else { throw .gatewaysUnknown(unknown) }
        if wish.confirmSeconds != nil { try checkConfirmable() }
        let snapshot = try await content(of: wish)
        let now = clock.wall()
        try await ContentCheck.check(snapshot, revision: wish.revision, now: now)
        guard let signer = keys.signer(at: now) else { throw .signingKeyOver }
        let serial = try await takeSerial()
        failpoints.reach(.serialTaken)
        let bundle = BundleReference(
            epoch: serial.epoch,
            serial: serial.serial,
            revision: wish.revision
        )
        let confirmBy = wish.confirmSeconds.map { now + $0 }
        let jws = try await ContentCheck.sign(
            snapshot,
            as: bundle,
            issuedAt: now,
            confirmBy: confirmBy,
            with: signer
        )
        let new = NewPublication(
            requestID: wish.requestID,
            kind: wish.kind,
            bundle: bundle,
            comment: wish.comment,
            confirmBy: confirmBy,
            createdAt: now
        )
        let isBegun: Bool
        do throws(PolicyStoreError) {
            isBegun = try await store.begin(new, jws: jws)
        } catch {
            // What the disk has of it, only a restart can tell.
            workInput.yield(.fail(error))
            throw .unavailable(error)
        }
        guard isBegun else { throw .withdrawn(wish.requestID) }
        failpoints.reach(.prepareRecorded)
        ask(bundle, wish.exclude)
    }

    private func ask(_ bundle: BundleReference, _ excluded: Set<String>) {
        let required = book.required(now: clock.uptime()).subtracting(excluded)
        attempt?.required = required
        attempt?.excluded = excluded
        logger.info(
            "preparing",
            metadata: ["bundle": "\(bundle.place)", "gateways": "\(required.count)"]
        )
        take(.begin(bundle, required: required))
        failpoints.reach(.prepareSent)
        after(settings.prepareTimeout) { $0.take(.prepareTimeOver(bundle)) }
    }

    private func takeSerial() async throws(Problem) -> (epoch: Int64, serial: Int64) {
        do throws(PolicyStoreError) {
            return try await store.takeSerial()
        } catch {
            throw .unavailable(error)
        }
    }

    private func content(of wish: PublicationWish) async throws(Problem) -> Snapshot {
        switch wish.content {
        case .snapshot(let snapshot): return snapshot
        case .sameAs(let bundle):
            let jws: [UInt8]?
            do throws(PolicyStoreError) {
                jws = try await store.bundle(epoch: bundle.epoch, serial: bundle.serial)
            } catch {
                throw .unavailable(error)
            }
            guard let jws else { throw .notFound("bundle \(bundle.place)") }
            return try await ContentCheck.content(of: jws)
        }
    }

    /// Tells everybody who waits, and lets the next one begin.
    func finish(_ answer: Attempt.Answer) {
        let ended = attempt
        attempt = nil
        if ended?.kind == .reversion { noteReversion(answer) }
        for waiter in ended?.waiters ?? [] { waiter.resume(returning: answer) }
    }

    /// The answer for a decided or aborted bundle, as the disk has it.
    func answer(
        _ bundle: BundleReference,
        _ outcome: CommitOutcome
    ) async throws(PolicyStoreError) {
        let found = try await store.publication(epoch: bundle.epoch, serial: bundle.serial)
        guard let found else {
            throw PolicyStoreError(reason: "\(bundle.place) is gone")
        }
        if case .aborted(let refusals) = outcome {
            logger.notice(
                "aborted",
                metadata: [
                    "bundle": "\(bundle.place)",
                    "gateways": "\(refusals.keys.sorted().joined(separator: " "))",
                ]
            )
        }
        finish(Self.answer(found))
    }

    private static func answer(_ publication: Publication) -> Attempt.Answer {
        publication.state == .aborted ? .failure(.aborted(publication)) : .success(publication)
    }
}
