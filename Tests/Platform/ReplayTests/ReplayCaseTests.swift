// Every case, and what holds for all of them.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressJWS
import ClawgressModel
import ClawgressReplay
import Testing

@Suite("Recorded decisions")
struct ReplayCaseTests {
    @Test("there are cases")
    func found() {
        #expect(ReplayCase.all.count > 20)
    }

    @Test("are judged again as each case says", arguments: ReplayCase.all)
    func replayed(_ each: ReplayCase) throws {
        guard let expected = each.lines("replay") else { return }
        let engine = try each.tree().engine()
        var tally = ReplayTally()
        for record in try each.records() { _ = tally.take(record, by: engine) }
        #expect(Self.words(tally) == expected)
    }

    @Test("become suggestions as each case says, and those help", arguments: ReplayCase.all)
    func suggested(_ each: ReplayCase) throws {
        guard let expected = each.lines("suggest") else { return }
        let tree = try each.tree()
        let engine = try tree.engine()
        var book = SuggestionBook(try tree.snapshot())
        for record in try each.records() { _ = book.take(record, by: engine) }
        let hash = KeyedHash(first: 3, second: 4)
        let policies = try book.finish(tree, engine, limit: 100, hash: hash)
        var words: [String] = []
        for (number, policy) in policies.enumerated() {
            let name = "NAME\(number + 1)"
            words.append("\(policy.count)\(policy.isWidened ? " widened" : "")")
            words += policy.lines.map { $0.replacing(policy.name, with: name) }
        }
        words += SuggestionBook.Refusal.allCases.compactMap { kind in
            book.refused[kind].map { "refused \(kind.rawValue) \($0)" }
        }
        #expect(words == expected)
        // Typed as they are printed, they let through what they are for.
        var better = tree
        try better.apply(commands: policies.flatMap(\.lines).joined(separator: "\n") + "\n")
        let judge = try better.engine()
        for policy in policies {
            let judgement = judge.judge(policy.example)
            #expect(judgement.isAllowed && judgement.policyID == policy.name)
        }
    }

    /// What was counted, a line each.
    private static func words(_ tally: ReplayTally) -> [String] {
        var words = ["unchanged \(tally.unchanged)"]
        for (key, group) in tally.top(100).groups {
            words.append(
                "\(group.count) \(key.change.rawValue) \(key.agentID) \(key.method) "
                    + "\(key.host):\(key.port) \(key.before) -> \(key.after) \(key.reason.name)"
            )
        }
        if tally.observed.allowed > 0 { words.append("observed allowed \(tally.observed.allowed)") }
        if tally.observed.denied > 0 { words.append("observed denied \(tally.observed.denied)") }
        words += Unreplayable.allCases.compactMap { kind in
            tally.skipped[kind].map { "skipped \(kind.rawValue) \($0)" }
        }
        return words
    }
}
