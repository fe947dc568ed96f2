// An index in a folder of its own, and records for it.

import ClawgressAuditIndex
import Foundation
import TestKit

/// A folder with an index.
final class IndexBench {
    let folder: String
    var path: String { "\(folder)/events.sqlite" }
    /// Every record that was taken in, in order.
    private(set) var records: [IndexedRecord] = []
    private(set) var times: [Int64] = []

    init() throws {
        folder = "\(FileManager.default.temporaryDirectory.path)/index-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Takes records in behind those that are there.
    func append(_ more: [IndexedRecord], to index: AuditIndex) throws {
        let first = records.count
        let entries = more.enumerated().map { place, record in
            IndexEntry(leaf: Int64(first + place), offset: place, length: 1, record: record)
        }
        let next = Int64(first + more.count)
        times += try index.append(
            entries,
            upTo: IndexPosition(next: next, mark: [UInt8(first % 256)])
        )
        records += more
    }

    /// What a filter selects, by looking at every record, newest first.
    func selected(_ filter: EventFilter) -> [Int64] {
        zip(records, times).enumerated()
            .filter { filter.matches($0.element.0, time: $0.element.1) }
            .map { (time: $0.element.1, leaf: Int64($0.offset)) }
            .sorted { ($0.time, $0.leaf) > ($1.time, $1.leaf) }
            .map(\.leaf)
    }
}

/// Reads the parameters of a query such as `agent=a&decision=deny`.
func items(_ query: String, known: [String] = EventQuery.parameters) throws -> QueryItems {
    let pairs = query.split(separator: "&").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1]) : ""
        return (name: String(parts[0]), value: value.removingPercentEncoding ?? value)
    }
    return try QueryItems(pairs, known: known)
}

extension SplitMix64 {
    /// One of `count` words, or none.
    fileprivate mutating func word(_ name: String, of count: Int) -> String? {
        let number = Int.random(in: 0...count, using: &self)
        return number == 0 ? nil : "\(name)-\(number)"
    }

    /// A record with few different values, so that filters find some.
    mutating func record() -> IndexedRecord {
        var record = IndexedRecord()
        record.kind =
            Bool.random(using: &self) ? .request : RecordKind.allCases.randomElement(using: &self)!
        record.time =
            Int.random(in: 0..<20, using: &self) == 0
            ? nil : Int64.random(in: 1_000_000...1_000_900, using: &self)
        record.decision = RecordDecision.allCases.randomElement(using: &self)
        if Int.random(in: 0..<9, using: &self) == 0 { record.decision = nil }
        record.host = word("host", of: 30).map { host in
            ["\(host).a.test", "\(host).b.a.test", "\(host).c.test"].randomElement(using: &self)!
        }
        record.status = [nil, 200, 403, 404, 502].randomElement(using: &self)!
        record.id =
            Bool.random(using: &self)
            ? nil : (0..<16).map { _ in UInt8.random(in: 0...1, using: &self) }
        for kind in RecordWord.allCases { record[kind] = word(kind.rawValue, of: 5) }
        return record
    }

    /// A filter that is likely to find something.
    mutating func filter() -> EventFilter {
        var filter = EventFilter()
        func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self) == 0 }
        if chance(3) { filter.since = .random(in: 1_000_000...1_000_500, using: &self) }
        if chance(3) { filter.until = .random(in: 1_000_501...1_001_000, using: &self) }
        if chance(4) { filter.kind = RecordKind.allCases.randomElement(using: &self) }
        if chance(2) { filter.decision = RecordDecision.allCases.randomElement(using: &self) }
        if chance(4) { filter.host = "host-\(Int.random(in: 1...31, using: &self)).a.test" }
        if chance(4) {
            filter.hostSuffix = ["a.test", "b.a.test", "test", "x"].randomElement(using: &self)
        }
        if chance(5) { filter.statuses = [400...499, 200...200].randomElement(using: &self) }
        for kind in RecordWord.allCases where chance(6) {
            filter.words[kind] = word(kind.rawValue, of: 6)
        }
        return filter
    }
}
