// The index against a list of all its records, and against every end that it can find.

import ClawgressAuditIndex
import ClawgressStorage
import Foundation
import GRDB
import TestKit
import Testing

@Suite("the index", .timeLimit(.minutes(5)))
struct AuditIndexTests {
    private func filled(_ bench: IndexBench, _ count: Int, seed: UInt64 = 1) throws -> AuditIndex {
        var random = SplitMix64(seed: seed)
        let index = try AuditIndex(path: bench.path, secondsMax: 600)
        for _ in 0..<count / 100 {
            try bench.append((0..<100).map { _ in random.record() }, to: index)
        }
        return index
    }

    @Test(
        "selects, orders and counts as looking at every record does",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func equalsTheList(seed: UInt64) async throws {
        let bench = try IndexBench()
        let index = try filled(bench, 2_000, seed: seed)
        var random = SplitMix64(seed: seed + 100)
        var found = 0
        for _ in 0..<150 {
            let filter = random.filter()
            let expected = bench.selected(filter)
            found += expected.isEmpty ? 0 : 1
            var query = EventQuery(filter, limit: Int.random(in: 1...200, using: &random))
            #expect(
                try await index.page(query).records.map(\.leaf)
                    == Array(expected.prefix(query.limit))
            )
            query.order = .oldest
            #expect(
                try await index.page(query).records.map(\.leaf)
                    == Array(expected.reversed().prefix(query.limit))
            )
            #expect(try await index.count(filter).count == Int64(expected.count))
        }
        #expect(found > 50)
        try index.close()
    }

    @Test("goes through all pages and leaves nothing out, also when records come meanwhile")
    func pages() async throws {
        let bench = try IndexBench()
        let index = try filled(bench, 1_000)
        var random = SplitMix64(seed: 9)
        for order in EventQuery.Order.allCases {
            var filter = EventFilter()
            filter.words[.agent] = "agent-1"
            let expected = bench.selected(filter)
            var query = EventQuery(filter, order: order, limit: 7)
            var seen: [Int64] = []
            repeat {
                let page = try await index.page(query)
                #expect(page.records.count <= 7)
                seen += page.records.map(\.leaf)
                query.cursor = page.next
                // Some of these are behind the cursor and some before it.
                try bench.append((0..<5).map { _ in random.record() }, to: index)
            } while query.cursor != nil
            #expect(Set(seen).count == seen.count)
            #expect(Set(seen).isSuperset(of: expected))
        }
        try index.close()
    }

    @Test("counts spans of time and what occurs most")
    func aggregates() async throws {
        let bench = try IndexBench()
        let index = try filled(bench, 1_500)
        let text = "since=1970-01-01T00:00:01Z&until=1970-01-01T00:00:03Z&bucket_seconds=1"
        let query = try BucketQuery(try items(text, known: BucketQuery.parameters), now: 0)
        let buckets = try await index.buckets(query)
        let inside = bench.selected(query.filter)
        #expect(buckets.map(\.start) == [1_000_000])
        #expect(
            buckets[0].allow + buckets[0].deny + buckets[0].rateLimit + buckets[0].other
                == Int64(inside.count)
        )
        let denied = inside.filter { bench.records[Int($0)].decision == .deny }
        #expect(buckets[0].deny == Int64(denied.count))
        for subject in TopQuery.Subject.allCases {
            for rest in [
                "", "&since=1970-01-01T00:00:01Z", "&agent=agent-2&limit=3", "&decision=deny",
            ] {
                let query = try TopQuery(
                    try items("by=\(subject.rawValue)\(rest)", known: TopQuery.parameters)
                )
                var counts: [String: Int64] = [:]
                for leaf in bench.selected(query.filter) {
                    let record = bench.records[Int(leaf)]
                    let value =
                        RecordWord(rawValue: subject.rawValue).map { record[$0] } ?? record.host
                    if let value { counts[value, default: 0] += 1 }
                }
                let expected = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    .prefix(query.limit).map { "\($0.key) \($0.value)" }
                #expect(try await index.top(query).map { "\($0.value) \($0.count)" } == expected)
            }
        }
        try index.close()
    }

    @Test("refuses buckets without a beginning, without a length, and too many")
    func bucketProblems() throws {
        let since = "since=2026-01-01T00:00:00Z"
        for (text, parameter) in [
            ("bucket_seconds=60", "since"), (since, "bucket_seconds"),
            ("\(since)&bucket_seconds=0", "bucket_seconds"),
            ("\(since)&until=2026-01-02T00:00:00Z&bucket_seconds=86", "bucket_seconds"),
            ("since=2096-01-01T00:00:00Z&bucket_seconds=60", "since"),
        ] {
            let problem = #expect(throws: QueryProblem.self) {
                try BucketQuery(
                    try items(text, known: BucketQuery.parameters),
                    now: 1_770_000_000_000_000
                )
            }
            #expect(problem?.parameter == parameter, "\(text)")
        }
        let most = "\(since)&until=2026-01-02T00:00:00Z&bucket_seconds=87"
        _ = try BucketQuery(try items(most, known: BucketQuery.parameters), now: 0)
    }

    @Test("goes on where it ended, and is as if it had never ended")
    func reopened() async throws {
        let (one, two) = (try IndexBench(), try IndexBench())
        let whole = try filled(one, 1_000)
        var random = SplitMix64(seed: 1)
        for part in 0..<10 {
            let index = try AuditIndex(path: two.path, secondsMax: 600)
            #expect(try index.position().next == Int64(part * 100))
            try two.append((0..<100).map { _ in random.record() }, to: index)
            try index.close()
        }
        let parts = try AuditIndex(path: two.path, secondsMax: 600)
        let query = EventQuery(EventFilter(), limit: 1_000)
        #expect(try await whole.page(query).records == parts.page(query).records)
        try whole.close()
        try parts.close()
    }

    @Test("takes a record for what it says it is if its sender writes such records")
    func kinds() {
        let cases: [(text: String, kind: RecordKind)] = [
            (#"{"gateway_id":"gw-1"}"#, .request),
            (#"{"gateway_id":"gw-1","record":"gap"}"#, .gap),
            (#"{"gateway_id":"gw-1","record":"heartbeat"}"#, .heartbeat),
            (#"{"record":"heartbeat","service_id":"audit"}"#, .heartbeat),
            (#"{"record":"admin","service_id":"admin-api"}"#, .admin),
            (#"{"actor":"alice","gateway_id":"gw-1","record":"admin"}"#, .other),
            (#"{"gateway_id":"admin-api","record":"admin"}"#, .other),
            (#"{"record":"admin","service_id":"audit"}"#, .other),
            (#"{"record":"gap","service_id":"admin-api"}"#, .other),
            (#"{"agent_id":"crawler","service_id":"admin-api"}"#, .other),
            (#"{"agent_id":"crawler"}"#, .other),
        ]
        for (text, kind) in cases {
            #expect(IndexedRecord(Array(text.utf8).span).kind == kind, "\(text)")
        }
    }

    @Test("takes a batch whole or not at all")
    func atomic() async throws {
        let bench = try IndexBench()
        let index = try filled(bench, 100)
        var record = IndexedRecord()
        record.host = "new.test"
        let twice = [100, 101, 100].map {
            IndexEntry(leaf: $0, offset: 0, length: 1, record: record)
        }
        #expect(throws: StorageError.self) {
            try index.append(twice, upTo: IndexPosition(next: 103, mark: []))
        }
        #expect(try index.position().next == 100)
        // The host that the lost batch entered is entered again.
        try bench.append([record], to: index)
        var filter = EventFilter()
        filter.host = "new.test"
        #expect(try await index.page(EventQuery(filter)).records.map(\.leaf) == [100])
        try index.close()
    }

    @Test("takes out what is too old, and the hosts that nothing has any more")
    func age() async throws {
        let bench = try IndexBench()
        let index = try filled(bench, 2_000)
        let oldest: Int64 = 1_000_700
        let words = try index.size().words
        var steps = 0
        while try index.prune(olderThan: oldest, bytesMax: .max, rowsMax: 100).isMoreLeft {
            steps += 1
        }
        #expect(steps > 5)
        var filter = EventFilter()
        #expect(try index.size().oldest ?? 0 >= oldest)
        filter.since = oldest
        let expected = bench.selected(filter)
        #expect(
            try await index.page(EventQuery(EventFilter(), limit: 1_000)).records.map(\.leaf)
                == expected
        )
        // The second one looks at all hosts again.
        for _ in 0..<2 { _ = try index.prune(olderThan: .max, bytesMax: .max) }
        #expect(try index.size().oldest == nil)
        #expect(try index.size().words < words - 50)
        // What was swept is entered again, and found.
        try bench.append(Array(bench.records[0..<50]), to: index)
        filter = EventFilter()
        filter.hostSuffix = "test"
        let hosts = try await index.page(EventQuery(filter)).records
        #expect(!hosts.isEmpty && hosts.allSatisfy { $0.leaf >= 2_000 })
        try index.close()
    }

    @Test("stays below its size, and gives the room back")
    func size() async throws {
        let bench = try IndexBench()
        let index = try filled(bench, 20_000)
        let full = try index.size().bytes
        while try index.prune(olderThan: 0, bytesMax: full / 2).isMoreLeft {}
        #expect(try index.size().bytes <= full / 2)
        let left = try await index.page(EventQuery(EventFilter(), limit: 1_000)).records
        #expect(left.contains { $0.leaf > 19_000 } && !left.contains { $0.leaf < 5_000 })
        let other = try DatabaseQueue(path: bench.path)
        while try await other.read({ try Int.fetchOne($0, sql: "PRAGMA freelist_count") }) != 0 {
            _ = try index.prune(olderThan: 0, bytesMax: full)
        }
        // Whoever closes last shortens the file.
        try other.close()
        try index.close()
        let length = try FileManager.default.attributesOfItem(atPath: bench.path)[.size] as? Int64
        #expect(try #require(length) <= full / 2 + 65_536)
    }

    @Test("says that it is damaged, and can be made anew")
    func damaged() async throws {
        let bench = try IndexBench()
        try filled(bench, 2_000).close()
        let file = try FileHandle(forUpdating: URL(filePath: bench.path))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
        try file.close()
        let error = #expect(throws: StorageError.self) { try AuditIndex(path: bench.path) }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try AuditIndex.remove(bench.path)
        let index = try AuditIndex(path: bench.path, secondsMax: 600)
        #expect(try index.position() == .start)
        #expect(throws: StorageError.inUse(path: bench.path)) { try AuditIndex.remove(bench.path) }
        try index.close()
    }

    @Test("ends a question that takes too long")
    func tooSlow() async throws {
        let bench = try IndexBench()
        try filled(bench, 20_000).close()
        let index = try AuditIndex(path: bench.path, secondsMax: 0)
        await #expect(throws: IndexError.tooSlow(seconds: 0)) {
            for _ in 0..<1_000 { _ = try await index.count(EventFilter()) }
        }
        try index.close()
    }

    @Test("bounds the words that a stranger can make up, and indexes the record all the same")
    func words() async throws {
        let bench = try IndexBench()
        let index = try AuditIndex(path: bench.path, secondsMax: 600)
        for part in 0..<11 {
            let records = (0..<10_000).map { number in
                var record = IndexedRecord()
                record[.agent] = "agent-\(part)-\(number)"
                return record
            }
            try bench.append(records, to: index)
        }
        #expect(try index.size().words == 100_000)
        #expect(try await index.count(EventFilter()).count == 110_000)
        try index.close()
    }
}
