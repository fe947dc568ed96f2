// The ledger in pages: which records are there, and which are known to be missing.

import ClawgressContract
import ClawgressRecords
import Hummingbird

/// Makes pages of streams.
enum StreamPages {
    /// How many runs of one stream are listed.
    private static var runsMax: Int { 1_000 }

    /// The page that a request asks for: `after`, `limit` (1 to 1000), `missing=true`.
    static func page(
        _ state: LogState,
        _ request: Request
    ) throws(Problem) -> AuditStreamPage {
        let query = request.uri.queryParameters
        let limit = query["limit"].map { Int($0) ?? 0 } ?? 100
        guard (1...1_000).contains(limit) else { throw .malformed("`limit` must be 1 to 1000") }
        let after = query["after"].map { String($0) }
        let wantsMissing = query["missing"] == "true"
        var page = AuditStreamPage(streams: [], next: nil)
        var isBehind = after == nil
        for (key, runs) in streams(state) {
            let cursor = "\(key.sender),\(key.boot),\(key.worker),\(key.kind.rawValue)"
            if !isBehind {
                isBehind = cursor == after
                continue
            }
            let missing = key.kind == .records ? runs.missing + overdue(key, state) : 0
            guard !wantsMissing || missing > 0 else { continue }
            page.streams.append(stream(key, runs, missing))
            guard page.streams.count < limit else {
                page.next = cursor
                return page
            }
        }
        guard isBehind else { throw .malformed("`after` is not the `next` of a page") }
        return page
    }

    private static func overdue(_ key: StreamKey, _ state: LogState) -> UInt64 {
        state.announced.overdue(key, in: state.ledger)
    }

    /// All streams, also those of which nothing came but the word that there is something.
    private static func streams(_ state: LogState) -> [(key: StreamKey, runs: NumberRuns)] {
        let unseen = state.announced.newest.keys.filter { state.ledger[$0] == nil }
        guard !unseen.isEmpty else { return state.ledger.sorted }
        let all = state.ledger.sorted + unseen.map { (key: $0, runs: NumberRuns()) }
        return all.sorted { $0.key < $1.key }
    }

    private static func stream(
        _ key: StreamKey,
        _ runs: NumberRuns,
        _ missing: UInt64
    ) -> AuditStream {
        AuditStream(
            sender: "\(key.sender)",
            bootID: "\(key.boot)",
            worker: key.worker,
            kind: key.kind == .records ? .records : .gaps,
            have: runs.runs.prefix(runsMax).map {
                AuditStream.Run(first: $0.lowerBound, last: $0.upperBound)
            },
            runsLeftOut: max(0, runs.runs.count - runsMax),
            missing: missing
        )
    }
}
