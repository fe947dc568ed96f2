// Commit-confirm, with a clock that the test moves.

import ClawgressBundle
import ClawgressContract
import ClawgressPolicyService
import Testing

@Suite("confirming", .timeLimit(.minutes(5)))
struct ConfirmTests {
    private func waitForSerial(_ serial: Int64, of gateway: FakeGateway) async {
        while gateway.active?.serial != serial { await Task.yield() }
    }

    @Test("brings the previous content back when nobody confirms in time")
    func reverted() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        let gateway = FakeGateway("gw-1")
        _ = await gateway.connect(to: service.plane)
        let first = try await service.plane.publish(wish("first"))
        let second = try await service.plane.publish(wish("second", confirmSeconds: 60))
        #expect(second.confirmBy == bench.clock.now + 60)
        await service.plane.lookAtDeadline()
        #expect(gateway.active?.serial == 2)
        bench.clock.advance(60)
        await service.plane.lookAtDeadline()
        await waitForSerial(3, of: gateway)
        #expect(gateway.active?.revision == first.revision)
        let concluded = try await service.store.publication(epoch: 1, serial: 2)
        #expect(concluded?.concludedBy == 3)
        let reversion = try await service.store.publication(epoch: 1, serial: 3)
        #expect(reversion?.kind == .reversion)
        #expect(reversion?.previous == second.publicationID)
        try await service.stop()
    }

    @Test("keeps the content when somebody confirms, and once only")
    func confirmed() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        let gateway = FakeGateway("gw-1")
        _ = await gateway.connect(to: service.plane)
        _ = try await service.plane.publish(wish("first"))
        let second = try await service.plane.publish(wish("second", confirmSeconds: 60))
        let answer = try await service.plane.confirm(serial: 2, requestID: "confirm-1")
        #expect(answer.revision == second.revision)
        #expect(answer.serial == 3)
        #expect(answer.confirmBy == nil)
        #expect(answer.kind == .confirmation)
        #expect(try await service.plane.confirm(serial: 2, requestID: "confirm-1") == answer)
        await #expect(throws: Problem.self) {
            try await service.plane.confirm(serial: 2, requestID: "confirm-2")
        }
        bench.clock.advance(600)
        await service.plane.lookAtDeadline()
        #expect(gateway.active?.serial == 3)
        try await service.stop()
    }

    @Test("reverts after a restart, and goes on without a gateway that refuses")
    func restarted() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1", "gw-2"])
        let (good, bad) = (FakeGateway("gw-1"), FakeGateway("gw-2"))
        for gateway in [good, bad] { _ = await gateway.connect(to: service.plane) }
        _ = try await service.plane.publish(wish("first"))
        _ = try await service.plane.publish(wish("second", confirmSeconds: 60))
        try await service.stop()
        bench.clock.advance(61)
        bad.behave(.refuses)
        let again = try await bench.start()
        for gateway in [good, bad] { _ = await gateway.connect(to: again.plane) }
        while good.active?.serial == 2 || good.active == nil {
            await again.plane.lookAtDeadline()
            await Task.yield()
            bench.clock.advance(1)
            for gateway in [good, bad] { await gateway.report(to: again.plane) }
        }
        #expect(good.active?.revision == content("first").contentRevision())
        try await again.stop()
    }

    @Test("goes back to what was confirmed last when a second one waits as well")
    func chain() async throws {
        let bench = try PolicyBench()
        let service = try await bench.startWith(["gw-1"])
        let gateway = FakeGateway("gw-1")
        _ = await gateway.connect(to: service.plane)
        let first = try await service.plane.publish(wish("first"))
        for number in 2...6 {
            _ = try await service.plane.publish(wish("try-\(number)", confirmSeconds: 60))
            bench.clock.advance(30)
            await service.plane.lookAtDeadline()
            await waitForSerial(Int64(number), of: gateway)
        }
        bench.clock.advance(30)
        await service.plane.lookAtDeadline()
        await waitForSerial(7, of: gateway)
        #expect(gateway.active?.revision == first.revision)
        try await service.stop()
    }

    @Test("cannot have a deadline on the first publication")
    func refused() async throws {
        let bench = try PolicyBench()
        let service = try await bench.start()
        await #expect(throws: Problem.self) {
            try await service.plane.publish(wish("first", confirmSeconds: 60))
        }
        _ = try await service.plane.publish(wish("second"))
        _ = try await service.plane.publish(wish("third", confirmSeconds: 60))
        // Without a deadline it takes the place of what waits.
        _ = try await service.plane.publish(wish("fourth"))
        await #expect(throws: Problem.self) {
            try await service.plane.confirm(serial: 2, requestID: "late")
        }
        try await service.stop()
    }
}
