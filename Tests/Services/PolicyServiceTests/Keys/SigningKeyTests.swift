// A service that runs for longer than its keys: who signs, what is refused, what is said, as time passes.

import ClawgressBundle
import ClawgressContract
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressPolicyService
import Foundation
import Logging
import Testing

@Suite("signing keys that end", .timeLimit(.minutes(5)))
struct SigningKeyTests {
    private static let day: Int64 = 86_400

    /// Publishes and says which of two keys has signed.
    private func signer(
        _ service: PolicyBench.Running,
        _ name: String,
        among keys: [SigningKey]
    ) async throws -> [String] {
        let made = try await service.plane.publish(wish(name))
        let jws = try #require(
            try await service.store.bundle(epoch: made.epoch, serial: made.serial)
        )
        return keys.map(\.verificationKey).filter {
            (try? SignedBundle.verify(jws, trustedKeys: [$0])) != nil
        }.map(\.keyID)
    }

    @Test("the key is chosen for each bundle, also if it became valid after the start")
    func chosen() async throws {
        let bench = try PolicyBench()
        try bench.makeKeys()
        let old = try #require(try bench.ring().signer(at: bench.clock.now))
        // For gateways whose clocks are behind, a new key is valid from 300 seconds ago on.
        let ahead = bench.clock.now + 400
        try bench.ceremony().rotate(now: ahead, overlap: 1_000)
        let new = try #require(try bench.ring().signer(at: ahead))
        #expect(new.keyID != old.keyID)
        let service = try await bench.start()
        #expect(try await signer(service, "first", among: [old, new]) == [old.keyID])
        bench.clock.advance(100)
        #expect(try await signer(service, "second", among: [old, new]) == [new.keyID])
        try await service.stop()
    }

    @Test("a key set without gaps signs until its last key ends")
    func lasts() throws {
        let bench = try PolicyBench()
        try bench.makeKeys()
        let start = bench.clock.now
        try bench.ceremony().rotate(now: start + 10 * Self.day, overlap: 20 * Self.day)
        let ring = try bench.ring()
        #expect(ring.signsUntil(from: start) == start + 10 * Self.day + RootCeremony.keyLife)
        // Before the first was valid, and after the last.
        #expect(ring.signsUntil(from: start - Self.day) == start - Self.day)
        let end = start + 10 * Self.day + RootCeremony.keyLife
        #expect(ring.signsUntil(from: end) == end)
        #expect(ring.signer(at: end) == nil)
    }

    @Test("nothing is asked of gateways when no key may sign, and a new key mends it at once")
    func over() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        _ = try await service.plane.publish(wish("first"))
        bench.clock.advance(RootCeremony.keyLife)
        do {
            _ = try await service.plane.publish(wish("second"))
            Issue.record("it was published with a key that is over")
        } catch {
            #expect(error.code == "signing_key_over")
            #expect(error.status == 409)
        }
        try bench.ceremony().rotate(now: bench.clock.now, overlap: 1)
        try await service.plane.adopt(try bench.ring())
        // No serial was spent on the refusal.
        #expect(try await service.plane.publish(wish("second")).serial == 2)
        try await service.stop()
    }

    @Test("says so once a day from sixty days before the end on, and louder when it is there")
    func alarm() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        func said() -> [RecordedLog.Line] { bench.log.lines(of: "signing_key_expires") }
        bench.clock.advance(RootCeremony.keyLife - 60 * Self.day)
        await service.plane.lookAtSigner()
        #expect(said().isEmpty)
        bench.clock.advance(1)
        for _ in 0..<3 { await service.plane.lookAtSigner() }
        #expect(said().map(\.level) == [.warning])
        #expect(said().first?.metadata["seconds_left"] == "\(60 * Self.day - 1)")
        bench.clock.advance(Self.day - 1)
        await service.plane.lookAtSigner()
        #expect(said().count == 1)
        bench.clock.advance(1)
        await service.plane.lookAtSigner()
        #expect(said().map(\.level) == [.warning, .warning])
        bench.clock.advance(59 * Self.day)
        await service.plane.lookAtSigner()
        #expect(said().last?.level == .error)
        try bench.ceremony().rotate(now: bench.clock.now, overlap: 1)
        try await service.plane.adopt(try bench.ring())
        let count = said().count
        bench.clock.advance(2 * Self.day)
        await service.plane.lookAtSigner()
        #expect(said().count == count)
        try await service.stop()
    }
}

@Suite("watching for new keys", .timeLimit(.minutes(5)))
struct KeyWatchTests {
    private struct Failure: Error {}

    /// What one look has led to.
    private enum Outcome { case nothing, handed, refused, unread }

    private final class Looker {
        private let bench: PolicyBench
        private var watch: KeyWatch

        init(_ bench: PolicyBench) throws {
            self.bench = bench
            watch = KeyWatch(folder: bench.places.keys, passphrase: try PolicyBench.passphrase())
        }

        func look(refusing: Bool = false) async -> Outcome {
            var outcome = Outcome.nothing
            do {
                try await watch.look(wall: bench.clock.now, uptime: bench.clock.now * 1_000) { _ in
                    outcome = refusing ? .refused : .handed
                    if refusing { throw Failure() }
                }
                return outcome
            } catch {
                return outcome == .refused ? .refused : .unread
            }
        }
    }

    @Test("hands keys over once, and again when their file was replaced")
    func once() async throws {
        let bench = try PolicyBench()
        try bench.makeKeys()
        let looker = try Looker(bench)
        #expect(await looker.look() == .handed)
        #expect(await looker.look() == .nothing)
        try bench.ceremony().rotate(now: bench.clock.now, overlap: 100)
        #expect(await looker.look() == .handed)
        #expect(await looker.look() == .nothing)
    }

    @Test("tries again what could not be taken or read, more and more slowly")
    func again() async throws {
        let bench = try PolicyBench()
        try bench.makeKeys()
        let looker = try Looker(bench)
        #expect(await looker.look(refusing: true) == .refused)
        #expect(await looker.look() == .nothing, "it did not wait")
        bench.clock.advance(2)
        // The key of the set is not here for a moment.
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: bench.places.keys.path)
                .first { $0.hasPrefix("signing-") }
        )
        let path = "\(bench.places.keys.path)/\(name)"
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        #expect(await looker.look() == .unread)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        bench.clock.advance(2)
        #expect(await looker.look() == .nothing, "it did not wait for longer")
        bench.clock.advance(2)
        #expect(await looker.look() == .handed)
        #expect(await looker.look() == .nothing)
    }
}
