// Which policies decide anything: counted by the log's index, listed for the revision in force, so that a
// rule which nothing ever met is seen.

import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import ClawgressModel

extension AdminService {
    /// How many values the audit service counts in one answer.
    private static var topMax: Int { 1_000 }

    func policyHits(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        guard let log else { throw Refusal.logNotConfigured }
        let question = try RecordQuestion(call.query, now: clock.microseconds())
        try readers.enter(limits.replaysAtOnce)
        defer { readers.leave() }
        let end = clock.microseconds() + limits.replaySeconds * 1_000_000
        let active = await desk.active
        var items = Self.items(of: active.tree)
        try await count(&items, log, question, until: end)
        let sorted = items.values.sorted {
            $0.count == $1.count ? $0.policyID < $1.policyID : $0.count > $1.count
        }
        return try .json(
            PolicyHitsAnswer(
                revision: active.id,
                since: question.since,
                until: question.until,
                items: sorted
            )
        )
    }

    /// Every policy and every reserved id, without counts.
    private static func items(of tree: ConfigTree) -> [String: PolicyHitsAnswer.Item] {
        var items: [String: PolicyHitsAnswer.Item] = [:]
        for reason in Reason.allCases {
            guard let id = reason.reservedPolicyID?.description else { continue }
            items[id] = PolicyHitsAnswer.Item(policyID: id, kind: .reserved, count: 0)
        }
        for (id, policy) in tree.node(at: ["policy"])?.children ?? [:] {
            items[id] = PolicyHitsAnswer.Item(
                policyID: id,
                kind: .policy,
                action: policy["action"]?.value?.word,
                mode: policy["mode"]?.value?.word ?? "enforce",
                enabled: policy["enabled"]?.value?.word != "false",
                count: 0
            )
        }
        return items
    }

    /// Asks for the counts, all at once as far as that goes, and for the last hit of each.
    ///
    /// - Throws: 503 if that takes longer than `until`: half an answer would show rules as dead.
    private func count(
        _ items: inout [String: PolicyHitsAnswer.Item],
        _ log: LogQuestions,
        _ question: RecordQuestion,
        until end: Int64
    ) async throws(Refusal) {
        let most = ["by": "policy", "limit": String(Self.topMax)]
        let top = try await log.value(AuditPaths.eventTop, question.query(most))
        let found = top["items"]?.elements ?? []
        for each in found {
            // An id that no policy can have was not written by a gateway of ours.
            guard let id = each["value"]?.text, Identifier.isValid(id) else { continue }
            let new = PolicyHitsAnswer.Item(policyID: id, kind: .removed, count: 0)
            items[id, default: new].count = Int(each["count"]?.integer ?? 0)
        }
        for (id, item) in items {
            guard clock.microseconds() < end else { throw .replayTooSlow }
            if item.count == 0, found.count >= Self.topMax {
                let one = try await log.value(
                    AuditPaths.eventCount,
                    question.query(["policy": id])
                )
                items[id]?.count = Int(one["count"]?.integer ?? 0)
            }
            guard items[id]?.count ?? 0 > 0 else { continue }
            let newest = try await log.value(
                AuditPaths.events,
                question.query(["policy": id, "limit": "1"])
            )
            let time = newest["items"]?.elements?.first?["record"]?["timestamp"]?.text
            items[id]?.last = time.flatMap { HarmlessText.escaped($0) }
        }
    }
}
