// A filter as SQL. Every number in the text comes from the index or was read as a number; texts are
// arguments. The way through the index is chosen here and not by the planner, which would have to
// be told how words are spread: by what selects most, id before agent before host before policy.

import Foundation
import GRDB

/// A filter whose words are numbers, and the index that leads to its records.
struct ResolvedFilter {
    /// Which index is walked.
    enum Way: Equatable {
        /// Its request id; one or two records.
        case request
        /// One or a few numbers in a column that has an index with decision and time.
        case column(RecordWay, [Int64])
        /// By decision and time alone.
        case time
    }

    /// The columns with such an index.
    enum RecordWay: String {
        case agent, host, policy
    }

    let way: Way
    /// The decisions that may occur.
    let decisions: [Int64]
    /// Conditions beside the way and the decision, each whole.
    let conditions: [String]
    let arguments: StatementArguments

    /// How many hosts below a name are walked one by one; more are looked for by time.
    private static var hostsMax: Int { 15 }

    /// Looks its words up.
    ///
    /// - Returns: nil if a word is in no record, so that nothing can match.
    static func resolve(_ filter: EventFilter, _ database: Database) throws -> ResolvedFilter? {
        var draft = Draft(filter)
        for word in RecordWord.allCases {
            guard let text = filter.words[word] else { continue }
            guard let id = try WordCache.find("word", text, database) else { return nil }
            draft.take(word, id)
        }
        if let host = filter.host {
            guard let id = try WordCache.find("host", host, database) else { return nil }
            draft.hosts = [id]
        }
        if let suffix = filter.hostSuffix {
            let bounds = bounds(below: suffix)
            let below = try Int64.fetchAll(
                database,
                sql: "SELECT id FROM host WHERE reversed >= ? AND reversed < ? LIMIT ?",
                arguments: [bounds.first, bounds.end, hostsMax + 1]
            )
            guard !below.isEmpty else { return nil }
            if below.count <= hostsMax {
                // With a whole host as well, both must hold.
                let hosts = draft.hosts.map { Set($0).intersection(below) } ?? Set(below)
                guard !hosts.isEmpty else { return nil }
                draft.hosts = hosts.sorted()
            } else {
                draft.conditions.append(
                    "host IN (SELECT id FROM host WHERE reversed >= ? AND reversed < ?)"
                )
                draft.arguments += [bounds.first, bounds.end]
            }
        }
        return draft.filter
    }

    /// All reversed names below one: `.` is followed by `/`.
    private static func bounds(below suffix: String) -> (first: String, end: String) {
        let reversed = WordCache.reversed(suffix)
        return ("\(reversed).", "\(reversed)/")
    }

    /// The index's name.
    var index: String {
        switch way {
        case .request: "event_request"
        case .column(let column, _): "event_\(column.rawValue)"
        case .time: "event_time"
        }
    }

    /// Everything that a record must fulfil, as one condition.
    var condition: String {
        var all = conditions
        switch way {
        case .request: break
        case .column(let column, let ids):
            all.append("\(column.rawValue) IN (\(Self.list(ids)))")
            all.append("decision IN (\(Self.list(decisions)))")
        case .time: all.append("decision IN (\(Self.list(decisions)))")
        }
        return all.joined(separator: " AND ")
    }

    /// The same as several conditions, in each of which the way is one run of the index in the order
    /// of time, so that none has to be read to its end and sorted.
    var runs: [String] {
        switch way {
        case .request: [conditions.joined(separator: " AND ")]
        case .column(let column, let ids):
            ids.flatMap { id in
                decisions.map { decision in
                    (["\(column.rawValue) = \(id)", "decision = \(decision)"] + conditions)
                        .joined(separator: " AND ")
                }
            }
        case .time:
            decisions.map { decision in
                (["decision = \(decision)"] + conditions).joined(separator: " AND ")
            }
        }
    }

    private static func list(_ numbers: [Int64]) -> String {
        numbers.map(String.init).joined(separator: ", ")
    }
}

extension ResolvedFilter {
    /// A filter while its words are looked up.
    private struct Draft {
        var hosts: [Int64]?
        var conditions: [String] = []
        var arguments = StatementArguments()
        private var words: [RecordWord: Int64] = [:]
        private let isOfRequest: Bool
        private let decisions: [Int64]

        init(_ filter: EventFilter) {
            isOfRequest = filter.id != nil
            decisions = filter.decision.map { [$0.code] } ?? RecordDecision.codes
            if let id = filter.id {
                conditions.append("request_id = ?")
                arguments += [Data(id)]
                if let decision = filter.decision {
                    conditions.append("decision = \(decision.code)")
                }
            }
            if let since = filter.since { conditions.append("time >= \(since)") }
            if let until = filter.until { conditions.append("time < \(until)") }
            if let kind = filter.kind { conditions.append("kind = \(kind.code)") }
            if let range = filter.statuses {
                conditions.append("status BETWEEN \(range.lowerBound) AND \(range.upperBound)")
            }
        }

        mutating func take(_ word: RecordWord, _ id: Int64) { words[word] = id }

        /// What leads to the records is no condition, everything else is one.
        var filter: ResolvedFilter {
            var rest = words
            var hosts = hosts
            let way: Way
            if isOfRequest {
                way = .request
            } else if let agent = rest.removeValue(forKey: .agent) {
                way = .column(.agent, [agent])
            } else if let ids = hosts {
                way = .column(.host, ids)
                hosts = nil
            } else if let policy = rest.removeValue(forKey: .policy) {
                way = .column(.policy, [policy])
            } else {
                way = .time
            }
            var all = conditions
            for word in RecordWord.allCases {
                if let id = rest[word] { all.append("\(word.rawValue) = \(id)") }
            }
            if let hosts { all.append("host IN (\(ResolvedFilter.list(hosts)))") }
            return ResolvedFilter(
                way: way,
                decisions: decisions,
                conditions: all,
                arguments: arguments
            )
        }
    }
}
