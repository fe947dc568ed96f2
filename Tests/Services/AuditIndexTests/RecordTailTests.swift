// Who watches, what they hear, and how it ends.

import ClawgressAuditIndex
import Testing

@Suite("the live tail")
struct RecordTailTests {
    private func offer(_ tail: RecordTail, _ agent: String, _ leaves: Range<Int64>) {
        tail.offer(
            leaves.map { leaf in
                var record = IndexedRecord()
                record[.agent] = agent
                let entry = IndexEntry(leaf: leaf, offset: 2, length: 1, record: record)
                return (entry, leaf, [UInt8(leaf % 256)])
            }
        )
    }

    private func heard(_ watch: RecordWatch) async -> [Int64] {
        var leaves: [Int64] = []
        for await message in watch.messages {
            if case .record(let leaf, _) = message { leaves.append(leaf) }
        }
        return leaves
    }

    @Test("tells each watcher what it asked for")
    func filters() async throws {
        let tail = RecordTail(watchersMax: 4, queueMax: 10)
        #expect(!tail.isWatched)
        var filter = EventFilter()
        filter.words[.agent] = "a"
        let (one, all) = (try #require(tail.watch(filter)), try #require(tail.watch(EventFilter())))
        offer(tail, "a", 0..<3)
        offer(tail, "b", 3..<5)
        tail.pulse()
        tail.stop()
        #expect(await heard(one) == [0, 1, 2])
        #expect(await heard(all) == [0, 1, 2, 3, 4])
        #expect(one.end == .stopping && all.end == .stopping)
        #expect(tail.watch(filter) == nil)
    }

    @Test("lets a slow watcher go, says why, and keeps the others")
    func slow() async throws {
        let tail = RecordTail(watchersMax: 4, queueMax: 10)
        var filter = EventFilter()
        filter.words[.agent] = "b"
        let (slow, other) = (
            try #require(tail.watch(EventFilter())), try #require(tail.watch(filter))
        )
        offer(tail, "a", 0..<50)
        offer(tail, "b", 50..<55)
        #expect(await heard(slow) == Array(0..<10))
        #expect(slow.end == .tooSlow)
        tail.stop()
        #expect(await heard(other) == Array(50..<55))
    }

    @Test("takes only so many, and a place is free when a watcher leaves")
    func bounded() throws {
        let tail = RecordTail(watchersMax: 1, queueMax: 10)
        var watch = tail.watch(EventFilter())
        #expect(watch != nil)
        #expect(tail.watch(EventFilter()) == nil)
        watch = nil
        #expect(!tail.isWatched)
        #expect(tail.watch(EventFilter()) != nil)
    }
}
