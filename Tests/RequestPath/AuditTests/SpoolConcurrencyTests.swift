// Readers and a writer on one folder at the same time.

import ClawgressAudit
import ClawgressModel
import Synchronization
import Testing

@Suite("spool under concurrency")
struct SpoolConcurrencyTests {
    @Test("a reader beside a writer sees whole events, all of them, each once")
    func readerBesideWriter() async throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, workers: 2)
        let running = Counter(2)
        let total: UInt64 = 6_000
        let seen = try await withThrowingTaskGroup(of: [AuditEvent].self) { group in
            for worker in 0..<2 {
                group.addTask {
                    let writer = boot.writer(UInt8(worker))
                    var waiting: [SlotHandle] = []
                    for marker in 0..<total {
                        let slot = writer.open(.sample(UInt64(worker) << 32 | marker))
                        waiting.append(try #require(slot))
                        // Ends come late and out of order.
                        if marker % 5 == 4 {
                            for slot in waiting.reversed() { writer.conclude(slot) }
                            waiting = []
                        }
                        if marker % 50 == 0 { try boot.supply.prepare(now: 1) }
                    }
                    running.value.subtract(1, ordering: .sequentiallyConsistent)
                    return []
                }
            }
            group.addTask {
                let reader = TestReader(folder)
                var seen: [AuditEvent] = []
                while true {
                    let isLast = running.value.load(ordering: .sequentiallyConsistent) == 0
                    while case .event(let event) = try reader.next() { seen.append(event) }
                    if isLast { return seen }
                    await Task.yield()
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(seen.count == 2 * Int(total))
        #expect(Set(seen.map(\.marker)).count == seen.count)
        for worker in 0..<2 {
            let numbers = seen.filter { $0.worker == worker }.map(\.sequence)
            #expect(Set(numbers) == Set(1...total))
        }
        #expect(seen.allSatisfy { $0.path == "/simple/requests/" && $0.end == .sample() })
    }

    @Test("asks for more before it runs out")
    func shortage() throws {
        let folder = TemporaryFolder()
        let calls = Counter(0)
        let supply = try SegmentSupply(
            folder: try SpoolFolder(path: folder.path),
            settings: SpoolSettings(
                gatewayID: "gw-1",
                bootID: BootID(high: 1, low: 1),
                workers: 1,
                segmentBytes: 65_536
            ),
            now: 1,
            onShortage: { calls.value.add(1, ordering: .relaxed) }
        )
        try supply.prepare(now: 1)
        let writer = TestWriter(supply, 0)
        var answered = 0
        for marker in 0..<2_000 {
            #expect(writer.exchange(UInt64(marker)))
            let asked = calls.value.load(ordering: .relaxed)
            if asked > answered {
                answered = asked
                try supply.prepare(now: 1)
            }
        }
        #expect(answered > 5)
    }

    private final class Counter: Sendable {
        let value: Atomic<Int>

        init(_ initial: Int) { value = Atomic(initial) }
    }
}
