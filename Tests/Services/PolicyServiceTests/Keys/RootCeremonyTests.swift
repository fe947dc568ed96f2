// Keys: what the root signs, who signs next, and what is refused.

import ClawgressBundle
import ClawgressContract
import ClawgressJWSSigning
import ClawgressPolicyService
import Testing

@Suite("keys")
struct RootCeremonyTests {
    @Test("makes keys once, and a service that can open them")
    func begin() throws {
        let bench = try PolicyBench()
        try bench.ceremony().begin(now: bench.clock.now)
        let ring = try bench.ring()
        #expect(ring.keySet.version == 1)
        #expect(ring.keySet.epoch == 1)
        #expect(ring.signsUntil(from: bench.clock.now) == bench.clock.now + RootCeremony.keyLife)
        #expect(throws: KeyFolderError.self) { try bench.ceremony().begin(now: bench.clock.now) }
        #expect(throws: KeyFolderError.self) {
            try KeyRing(
                bench.places.keys,
                passphrase: try PolicyBench.passphrase("another credential"),
                now: bench.clock.now
            )
        }
    }

    @Test("a rotated key signs at once, and the old one stays valid for the overlap")
    func rotate() throws {
        let bench = try PolicyBench()
        try bench.ceremony().begin(now: bench.clock.now)
        let old = try #require(try bench.ring().signer(at: bench.clock.now)?.keyID)
        bench.clock.advance(10)
        let keySet = try bench.ceremony().rotate(now: bench.clock.now, overlap: 100)
        #expect(keySet.version == 2)
        #expect(try bench.ring().signer(at: bench.clock.now)?.keyID != old)
        #expect(keySet.entry(old)?.isValid(at: bench.clock.now + 99) == true)
        #expect(keySet.entry(old)?.isValid(at: bench.clock.now + 100) == false)
        bench.clock.advance(101)
        let third = try bench.ceremony().rotate(now: bench.clock.now, overlap: 100)
        #expect(third.entry(old) == nil)
        #expect(third.entries.count == 2)
    }

    @Test("the epoch is raised by the root key only, over every version since a backup")
    func raiseEpoch() throws {
        let bench = try PolicyBench()
        try bench.ceremony().begin(now: bench.clock.now)
        #expect(throws: KeyFolderError.self) {
            try bench.ceremony(root: "not the passphrase").raiseEpoch(now: bench.clock.now)
        }
        let keySet = try bench.ceremony().raiseEpoch(now: bench.clock.now)
        #expect(keySet.epoch == 2)
        #expect(keySet.version == bench.clock.now)
    }

    @Test("a service takes a raised epoch while it runs, and begins it at serial 1")
    func adopted() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        let gateway = FakeGateway("gw-1")
        try await service.enrol("gw-1")
        let reading = await gateway.connect(to: service.plane)
        _ = try await service.plane.publish(wish("first"))
        let old = try bench.ring()
        try bench.ceremony().raiseEpoch(now: bench.clock.now)
        let ring = try bench.ring()
        try await service.plane.adopt(ring)
        let answer = try await service.plane.publish(wish("second"))
        #expect(answer.epoch == 2)
        #expect(answer.serial == 1)
        await #expect(throws: KeySetRejection.self) { try await service.plane.adopt(old) }
        await service.plane.stopStreams()
        await reading.value
        #expect(gateway.lines.contains(.keySet(ring.keySetText)))
        try await service.stop()
    }

    @Test("a restored service does not start before the epoch was raised")
    func restored() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        _ = try await service.plane.publish(wish("first"))
        let backup = "\(bench.folder)/backup"
        try PolicyBackup.write(bench.places, to: backup)
        _ = try await service.plane.publish(wish("second"))
        try await service.stop()
        _ = try bench.restore(backup)
        let keySet = try bench.ring().keySet
        #expect(throws: (any Error).self) { try bench.places.requireRaisedEpoch(keySet) }
        let raised = try bench.ceremony().raiseEpoch(now: bench.clock.now)
        try bench.places.requireRaisedEpoch(raised)
        let again = try await bench.start()
        let answer = try await again.plane.publish(wish("third"))
        #expect(answer.epoch == 2)
        #expect(answer.serial == 1)
        try await again.stop()
    }
}
