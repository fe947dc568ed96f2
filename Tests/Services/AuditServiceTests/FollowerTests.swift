// Whoever makes something of the log, such as an index, while it grows.

import ClawgressAuditService
import Testing

@Suite("a follower of the log")
struct FollowerTests {
    @Test("is told of checkpoints, and reads what they cover, once and in order")
    func follow() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        let writer = Task {
            for round in 0..<20 as Range<UInt64> {
                _ = try await log.add(try entries(round * 70 + 1...round * 70 + 70))
                await log.publish()
            }
            await log.stop()
        }
        var found: [String] = []
        let reader = log.reader
        for await size in await log.sizes() {
            while found.count < size {
                let more = try reader.entries(from: found.count, ofTree: size)
                #expect(!more.isEmpty && found.count + more.count <= size)
                found += more.map { String(decoding: $0, as: UTF8.self) }
            }
        }
        try await writer.value
        #expect(found == (1...1_400).map { line($0) })
        #expect(try reader.entries(from: 1_400, ofTree: 1_400).isEmpty)
    }
}
