// Tokens that are withdrawn, and changes of one gateway that are asked for at the same time.

import ClawgressContract
import ClawgressPolicyService
import Testing

@Suite("changes of gateways", .timeLimit(.minutes(1)))
struct GatewayChangesTests {
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
