// What a restore does not bring back: deadlines, attempts, tokens, gateways that nobody named.

import ClawgressContract
import ClawgressDaemon
import ClawgressPolicyService
import ClawgressStorage
import Testing

@Suite("a restored policy service", .timeLimit(.minutes(5)))
struct RestoredPolicyTests {
    private func raise(_ bench: PolicyBench) throws {
        try bench.places.requireRaisedEpoch(try bench.ceremony().raiseEpoch(now: bench.clock.now))
    }

    @Test("publishes nothing by itself, although a deadline of the copy is over")
    func deadline() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        _ = try await service.plane.publish(wish("first"))
        let second = try await service.plane.publish(wish("second", confirmSeconds: 60))
        let backup = "\(bench.folder)/backup"
        try PolicyBackup.write(bench.places, to: backup)
        _ = try await service.plane.confirm(serial: 2, requestID: "confirm")
        try await service.stop()
        bench.clock.advance(61)
        let restored = try bench.restore(backup)
        #expect(restored.unconfirmed?.serial == 2)
        #expect(restored.latest == restored.unconfirmed)
        #expect(restored.newest == TestClock.start)
        #expect(restored.advice.contains { $0.contains("1.2 waited to be confirmed") })
        try raise(bench)
        let again = try await bench.start()
        await again.plane.lookAtDeadline()
        // Were a reversion under way, this would be refused.
        let third = try await again.plane.publish(wish("third"))
        #expect((third.epoch, third.serial) == (2, 1))
        #expect(third.previous == second.publicationID)
        // The record of the second says what became of it, not what did not.
        let kept = try await again.store.publication(epoch: 1, serial: 2)
        #expect(kept?.confirmBy == TestClock.start + 60)
        #expect(kept?.concludedBy == nil)
        await #expect(throws: Problem.self) {
            try await again.plane.confirm(serial: 2, requestID: "late")
        }
        try await again.stop()
    }

    @Test("aborts what was not decided, and says so")
    func undecided() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        let serial = try await service.store.takeSerial()
        let bundle = BundleReference(epoch: serial.epoch, serial: serial.serial, revision: "r")
        let new = NewPublication(
            requestID: "request",
            kind: .publication,
            bundle: bundle,
            createdAt: bench.clock.now
        )
        #expect(try await service.store.begin(new, jws: [1]))
        let backup = "\(bench.folder)/backup"
        try PolicyBackup.write(bench.places, to: backup)
        try await service.stop()
        let restored = try bench.restore(backup)
        #expect(restored.aborted == [bundle])
        #expect(restored.latest == nil)
        let store = try bench.openStore()
        let made = try await PolicyStore(store).publication(requestID: "request")
        #expect(made?.state == .aborted)
        #expect(try await PolicyStore(store).bundle(epoch: 1, serial: 1) == nil)
        try store.close()
    }

    /// A copy with two gateways and a token for a third, and the token.
    private func copy(_ bench: PolicyBench) async throws -> (String, EnrolmentSecret) {
        let service = try await bench.startWith(["gw-1", "gw-2"])
        var generator = SystemRandomNumberGenerator()
        let token = EnrolmentSecret(using: &generator)
        let now = bench.clock.now
        try await service.store.add(token, for: "gw-3", expiresAt: now + 600, at: now)
        let backup = "\(bench.folder)/backup"
        try PolicyBackup.write(bench.places, to: backup)
        try await service.stop()
        return (backup, token)
    }

    @Test("does not guess which gateways were revoked since the copy was made")
    func unsaid() async throws {
        let bench = try PolicyBench()
        let (backup, _) = try await copy(bench)
        let later = try await bench.start()
        _ = try await later.plane.publish(wish("later"))
        try await later.stop()
        do {
            _ = try bench.restore(backup)
            Issue.record("it was restored")
        } catch {
            #expect("\(error)".contains("`gw-1`, `gw-2`"))
            #expect("\(error)".contains("--all-gateways"))
        }
        #expect(throws: StartRefusal.self) { try bench.restore(backup, keeping: .only(["gw-9"])) }
        // Nothing was changed: not the database, and no mark that would keep it from starting.
        try bench.places.requireRaisedEpoch(try bench.ring().keySet)
        let again = try await bench.start()
        #expect(try await again.store.publication(requestID: "request-later") != nil)
        try await again.stop()
    }

    private static let choices: [(RestoredGateways, [String])] = [
        (.all, ["gw-1", "gw-2"]), (.nobody, []), (.only(["gw-2"]), ["gw-2"]),
    ]

    @Test("keeps the gateways that are named and no token", arguments: choices)
    func named(_ wish: RestoredGateways, _ kept: [String]) async throws {
        let bench = try PolicyBench()
        let (backup, token) = try await copy(bench)
        let restored = try bench.restore(backup, keeping: wish)
        #expect(restored.kept == kept)
        #expect(restored.revoked == ["gw-1", "gw-2"].filter { !kept.contains($0) })
        #expect(restored.tokens == 1)
        try raise(bench)
        let again = try await bench.start()
        #expect(await again.plane.gateways().gateways.map(\.gatewayID) == kept)
        let now = bench.clock.now
        #expect(try await !again.store.accepts(token, for: "gw-3", at: now))
        try await again.stop()
    }
}
