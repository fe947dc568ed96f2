// "What would this change?" and "what would allow that?", answered from what was recorded: the
// configuration is compiled once, then records are judged as they come. The desk gives the tree and is
// free again: all the work is done away from it, and so much of it at once as `limits` say.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressContract
import ClawgressModel
import ClawgressReplay
import ClawgressSnapshotCheck
import HTTPTypes

extension AdminRoute {
    /// Questions about recorded decisions, for whoever may see records.
    static let judgements = [
        AdminRoute(
            .get,
            AdminPath.logReplay,
            .logReaders,
            scope: .readEvents,
            query: ["against"] + RecordQuestion.parameters + ["limit"]
        ) { (service, call) async throws(Refusal) in try await service.replay(call) },
        AdminRoute(
            .get,
            AdminPath.logSuggestions,
            .logReaders,
            scope: .readEvents,
            query: ["against"] + RecordQuestion.parameters + ["limit"]
        ) { (service, call) async throws(Refusal) in try await service.suggestions(call) },
        AdminRoute(
            .get,
            AdminPath.logPolicyHits,
            .logReaders,
            scope: .readEvents,
            query: ["since", "until"]
        ) { (service, call) async throws(Refusal) in try await service.policyHits(call) },
    ]
}

/// The configuration that records are held against.
private struct Bench {
    let draft: RevisionDraft
    let tree: ConfigTree
    let engine: ReplayEngine

    /// Compiles a configuration with the code that gateways compile it with.
    ///
    /// - Throws: 422 if gateways would not take it.
    init(_ tree: ConfigTree, now: Int64) throws(Refusal) {
        self.tree = tree
        draft = try RevisionDraft(tree)
        do throws(ReplayRefusal) {
            engine = try ReplayEngine(draft.snapshot, hash: Self.hash())
        } catch {
            let report = SnapshotCheck.report(on: draft.snapshot, now: now)
            throw .invalid(
                ValidationReport(errors: report.errors.map(ProblemItem.init), warnings: [])
            )
        }
    }

    static func hash() -> KeyedHash {
        var generator = SystemRandomNumberGenerator()
        return KeyedHash(using: &generator)
    }
}

extension AdminService {
    func replay(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let question = try admit(call)
        defer { readers.leave() }
        let bench = try await bench(call)
        var tally = ReplayTally()
        let reading = try await read(question, bench, into: &tally)
        let (groups, others) = tally.top(limit)
        return try .json(
            ReplayAnswer(
                revision: bench.draft.id,
                reading: reading,
                replayed: tally.replayed,
                unchanged: tally.unchanged,
                newlyDenied: ReplayAnswer.Total(tally.totals[.newlyDenied]),
                newlyAllowed: ReplayAnswer.Total(tally.totals[.newlyAllowed]),
                policyChanged: ReplayAnswer.Total(tally.totals[.policyChanged]),
                observedAllowed: tally.observed.allowed,
                observedDenied: tally.observed.denied,
                groups: groups.map { ReplayAnswer.Group($0.key, $0.group) },
                others: others
            )
        )
    }

    func suggestions(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let question = try admit(call)
        defer { readers.leave() }
        let bench = try await bench(call)
        var book = SuggestionBook(bench.draft.snapshot)
        let reading = try await read(question, bench, into: &book)
        let policies: [SuggestedPolicy]
        do throws(ReplayRefusal) {
            policies = try book.finish(bench.tree, bench.engine, limit: limit, hash: Bench.hash())
        } catch {
            let errors = error.problems.map { ProblemItem(message: $0) }
            throw .invalid(ValidationReport(errors: errors, warnings: []))
        }
        let refused = book.refused.values.reduce(0, +)
        let helped = policies.reduce(0) { $0 + $1.count }
        return try .json(
            SuggestionsAnswer(
                revision: bench.draft.id,
                reading: reading,
                considered: book.considered,
                items: policies.map(SuggestionsAnswer.Suggestion.init),
                notSuggested: book.refused.named,
                others: book.considered - refused - helped
            )
        )
    }

    /// The question of a call, and a place for its answer, which is to be given back.
    private func admit(_ call: AdminCall) throws(Refusal) -> RecordQuestion {
        guard log != nil else { throw .logNotConfigured }
        let question = try RecordQuestion(call.query, now: clock.microseconds())
        try readers.enter(limits.replaysAtOnce)
        return question
    }

    /// Compiles what records are to be held against.
    private func bench(_ call: AdminCall) async throws(Refusal) -> Bench {
        let name = call.query["against"] ?? "candidate"
        guard let revision = try await named(name, for: call.caller) else {
            throw .missing("revision `\(name)`")
        }
        return try Bench(revision.tree, now: clock.seconds)
    }

    /// Reads and judges the records that are asked about.
    private func read(
        _ question: RecordQuestion,
        _ bench: Bench,
        into book: inout some JudgementBook
    ) async throws(Refusal) -> RecordReading {
        guard let log else { throw Refusal.logNotConfigured }
        let read = try await log.read(question, limits, clock) { record in
            book.take(record, by: bench.engine)
        }
        counters.count(.recordsJudged, UInt64(read.count))
        if read.endedBy != nil { counters.count(.readingCutShort) }
        return RecordReading(
            since: question.since,
            until: question.until,
            records: read.count,
            endedBy: read.endedBy,
            earliest: read.earliest,
            notJudged: book.skipped.named
        )
    }
}

extension Dictionary where Key: RawRepresentable, Key.RawValue == String, Value == Int {
    /// The same with the words that answers have.
    fileprivate var named: [String: Int] {
        [String: Int](uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
    }
}

extension ReplayAnswer.Total {
    fileprivate init(_ total: ReplayTally.Total?) {
        self.init(requests: total?.requests ?? 0, agents: total?.agents ?? 0)
    }
}

extension ReplayAnswer.Group {
    fileprivate init(_ key: ReplayTally.Key, _ group: ReplayTally.Group) {
        self.init(
            change: key.change.rawValue,
            agentID: key.agentID,
            host: key.host,
            port: Int(key.port),
            method: key.method,
            policyBefore: key.before,
            policyAfter: key.after,
            reason: key.reason.name.description,
            count: group.count,
            last: group.last,
            requestID: group.requestID
        )
    }
}

extension SuggestionsAnswer.Suggestion {
    fileprivate init(_ policy: SuggestedPolicy) {
        self.init(
            policyID: policy.name,
            agentID: policy.key.agentID,
            host: policy.key.host,
            port: Int(policy.key.port),
            method: policy.key.method,
            pathPrefixes: policy.pathPrefixes,
            widened: policy.isWidened,
            observedPolicy: policy.key.observed,
            count: policy.count,
            last: policy.example.timestamp,
            requestID: policy.example.requestID,
            lines: policy.lines
        )
    }
}
