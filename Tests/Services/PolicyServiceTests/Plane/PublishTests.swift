// Publications through the plane, with a real database and gateways that agree, refuse or sleep.

import ClawgressBundle
import ClawgressContract
import ClawgressJWSSigning
import ClawgressModel
import ClawgressPolicyService
import Testing

@Suite("publishing", .timeLimit(.minutes(5)))
struct PublishTests {
    private func refusal(_ work: () async throws -> Publication) async throws -> Problem {
        do {
            let publication = try await work()
            Issue.record("it was published: \(publication)")
            throw CancellationError()
        } catch let problem as Problem {
            return problem
        }
    }

    @Test("reaches every gateway, signed, and says so")
    func decided() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        for id in ["gw-1", "gw-2"] { try await service.enrol(id) }
        try await service.stop()
        let again = try await bench.start()
        let gateways = [FakeGateway("gw-1"), FakeGateway("gw-2")]
        for gateway in gateways { _ = await gateway.connect(to: again.plane) }
        let answer = try await again.plane.publish(wish("first"))
        #expect(answer.state == .decided)
        #expect(answer.serial == 1)
        #expect(answer.epoch == 1)
        #expect(answer.rollout.map(\.state) == ["activated", "activated"])
        #expect(gateways.allSatisfy { $0.active?.revision == content("first").contentRevision() })
        let jws = try #require(try await again.store.bundle(epoch: 1, serial: 1))
        let signer = try #require(try bench.ring().signer(at: bench.clock.now))
        let snapshot = try SignedBundle.verify(jws, trustedKeys: [signer.verificationKey])
        #expect(snapshot.revision == answer.revision)
        try await again.stop()
    }

    @Test("changes nothing when one gateway refuses, and says which and why")
    func refused() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1", "gw-2"])
        let (good, bad) = (FakeGateway("gw-1"), FakeGateway("gw-2", .refuses))
        _ = await good.connect(to: service.plane)
        _ = await bad.connect(to: service.plane)
        let problem = try await refusal { try await service.plane.publish(wish("first")) }
        #expect(problem.code == "publication_aborted")
        #expect(problem.refusals?.map(\.gatewayID) == ["gw-2"])
        #expect(problem.refusals?.first?.code == "policy_refused")
        #expect(good.active == nil)
        // The same request again: the same answer, and nobody is asked.
        let asked = bad.lines.count
        let same = try await refusal { try await service.plane.publish(wish("first")) }
        #expect(same == problem)
        #expect(bad.lines.count == asked)
        // The serial is spent.
        bad.behave(.agrees)
        #expect(try await service.plane.publish(wish("second")).serial == 2)
        try await service.stop()
    }

    @Test("gives up on a silent gateway, and can leave it out")
    func silent() async throws {
        let bench = try PolicyBench()
        bench.settings.prepareTimeout = 100
        let service = try await bench.startWith(["gw-1", "gw-2"])
        let (good, silent) = (FakeGateway("gw-1"), FakeGateway("gw-2", .silent))
        _ = await good.connect(to: service.plane)
        _ = await silent.connect(to: service.plane)
        let problem = try await refusal { try await service.plane.publish(wish("first")) }
        #expect(problem.refusals?.map(\.code) == ["timed_out"])
        let forced = try await service.plane.publish(wish("second", exclude: ["gw-2"]))
        #expect(forced.rollout.first { $0.gatewayID == "gw-1" }?.state == "activated")
        let unknown = try await refusal {
            try await service.plane.publish(wish("third", exclude: ["gw-9"]))
        }
        #expect(unknown.code == "gateway_unknown")
        try await service.stop()
    }

    @Test("refuses a second publication while one is under way, and joins the same one")
    func oneAtATime() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        let gateway = FakeGateway("gw-1", .silent)
        _ = await gateway.connect(to: service.plane)
        async let first = service.plane.publish(wish("first"))
        // The gateway was asked: the publication is under way.
        while !gateway.lines.contains(where: { if case .prepare = $0 { true } else { false } }) {
            await Task.yield()
        }
        let other = try await refusal { try await service.plane.publish(wish("second")) }
        #expect(other.code == "publication_in_progress")
        let reused = try await refusal {
            try await service.plane.publish(wish("second", id: "request-first"))
        }
        #expect(reused.code == "request_id_reused")
        async let joined = service.plane.publish(wish("first"))
        await service.plane.take(.prepared(epoch: 1, serial: 1), from: "gw-1")
        let (one, two) = try await (first, joined)
        #expect(one == two)
        try await service.stop()
    }

    @Test("nothing comes of a request that was withdrawn before it was recorded, also later")
    func withdrawn() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        #expect(try await service.plane.withdraw("request-first") == nil)
        let problem = try await refusal { try await service.plane.publish(wish("first")) }
        #expect(problem.code == "publication_withdrawn")
        try await service.stop()
        let again = try await bench.start()
        let late = try await refusal { try await again.plane.publish(wish("first")) }
        #expect(late.code == "publication_withdrawn")
        #expect(try await again.store.publication(requestID: "request-first") == nil)
        // What is recorded is no more to be withdrawn, and the answer to whoever wants to.
        let second = try await again.plane.publish(wish("second"))
        #expect(try await again.plane.withdraw("request-second") == second)
        try await again.stop()
    }

    @Test("refuses content that is not what its sender means, and spends no serial on it")
    func wrongRevision() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        var wrong = wish("first")
        wrong.revision = content("other").contentRevision()
        let bad = wrong
        let problem = try await refusal { try await service.plane.publish(bad) }
        #expect(problem.code == "revision_mismatch")
        #expect(try await service.plane.publish(wish("first", id: "another")).serial == 1)
        try await service.stop()
    }

    @Test("does not wait for a gateway that was not heard from, and brings it up when it connects")
    func late() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        let answer = try await service.plane.publish(wish("first"))
        #expect(answer.rollout.map(\.state) == ["behind"])
        let gateway = FakeGateway("gw-1")
        let reading = await gateway.connect(to: service.plane)
        while gateway.active == nil { await Task.yield() }
        await service.plane.stopStreams()
        await reading.value
        #expect(gateway.active?.serial == 1)
        try await service.stop()
    }
}

extension PolicyBench {
    /// A running service that knows some gateways.
    func startWith(_ gateways: [String]) async throws -> Running {
        let first = try await start()
        for id in gateways { try await first.enrol(id) }
        try await first.stop()
        return try await start()
    }
}
