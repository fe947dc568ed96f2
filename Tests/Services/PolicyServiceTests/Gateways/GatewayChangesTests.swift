// Tokens that are withdrawn, and changes of one gateway that are asked for at the same time.

import ClawgressContract
import ClawgressPolicyService
import Testing

@Suite("changes of gateways", .timeLimit(.minutes(5)))
struct GatewayChangesTests {
    private func token(_ service: PolicyBench.Running, _ gatewayID: String) async throws
        -> EnrolmentSecret
    {
        let request = EnrolmentTokenRequest(gatewayID: gatewayID, expiresSeconds: 600)
        let answer = try await service.plane.makeToken(request)
        return try #require(EnrolmentSecret(answer.token))
    }

    @Test("a revoked gateway's token enrols nobody")
    func revoked() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        let mine = try await token(service, "gw-1")
        let other = try await token(service, "gw-2")
        let now = bench.clock.now
        #expect(try await service.store.accepts(mine, for: "gw-1", at: now))
        try await service.plane.revoke("gw-1")
        #expect(try await !service.store.accepts(mine, for: "gw-1", at: now))
        #expect(try await service.store.accepts(other, for: "gw-2", at: now))
        try await service.stop()
    }

    @Test("the token of a gateway that is not enrolled yet can be withdrawn, once")
    func withdrawn() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        let mine = try await token(service, "gw-1")
        try await service.plane.revoke("gw-1")
        #expect(try await !service.store.accepts(mine, for: "gw-1", at: bench.clock.now))
        await #expect(throws: Problem.self) { try await service.plane.revoke("gw-1") }
        try await service.stop()
    }

    @Test("a newer token takes the place of the older one of its gateway")
    func replaced() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        let first = try await token(service, "gw-1")
        let other = try await token(service, "gw-2")
        let second = try await token(service, "gw-1")
        let now = bench.clock.now
        #expect(try await !service.store.accepts(first, for: "gw-1", at: now))
        #expect(try await service.store.accepts(second, for: "gw-1", at: now))
        #expect(try await service.store.accepts(other, for: "gw-2", at: now))
        try await service.stop()
    }

    @Test("what is in memory is what is on the disk, in whatever order they are asked for")
    func concurrent() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        for _ in 0..<60 {
            await withTaskGroup { group in
                for isOn in [true, false, true, false] {
                    group.addTask { try? await service.plane.setMaintenance("gw-1", isOn) }
                }
            }
            let shown = await service.plane.gateways().gateways.map { $0.state == .maintenance }
            let kept = try await service.store.gateways().map(\.maintenance)
            try #require(shown == kept)
        }
        try await service.stop()
    }
}
