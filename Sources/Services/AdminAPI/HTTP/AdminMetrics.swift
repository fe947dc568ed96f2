// What the admin API refused and what it keeps, as numbers for a scraper: a bound that nobody sees being
// reached is found out by a full disk or by a locked-out operator.

import ClawgressContract
import Synchronization

/// Counters since the start.
final class AdminMetrics: Sendable {
    /// What is counted besides answers.
    enum Counter: String, CaseIterable, Sendable {
        case refusalWithoutEvent = "refusals_without_event_total"
        case answerNotKept = "answers_not_kept_total"
        case recordsJudged = "records_judged_total"
        case readingCutShort = "readings_cut_short_total"

        var help: String {
            switch self {
            case .refusalWithoutEvent: "Refusals that have no event of their own."
            case .answerNotKept: "Answers to an Idempotency-Key that were too large to keep."
            case .recordsJudged: "Records of the log that were read to be judged again."
            case .readingCutShort: "Readings of records that a limit ended."
            }
        }
    }

    private struct Counts {
        var answers: [Int: UInt64] = [:]
        var refusals: [String: UInt64] = [:]
        var others: [Counter: UInt64] = [:]
    }

    private let counts = Mutex(Counts())

    /// The policy service's codes are among them, so their number is bounded here.
    private static var codesMax: Int { 200 }

    /// Counts an answer by its class of status.
    func count(status: Int) {
        counts.withLock { $0.answers[status / 100, default: 0] += 1 }
    }

    /// Counts a refusal by its code.
    func count(refusal code: String) {
        let isPlain = code.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        }
        counts.withLock { counts in
            let isKnown = counts.refusals[code] != nil || counts.refusals.count < Self.codesMax
            counts.refusals[isPlain && isKnown ? code : "other", default: 0] += 1
        }
    }

    func count(_ counter: Counter, _ amount: UInt64 = 1) {
        counts.withLock { $0.others[counter, default: 0] += amount }
    }

    /// The text form (Prometheus exposition format 0.0.4).
    func text(_ kept: KeptSizes) -> String {
        let counts = counts.withLock { $0 }
        let answers = counts.answers.sorted { $0.key < $1.key }
            .map { ("{class=\"\($0.key)xx\"}", $0.value) }
        let refusals = counts.refusals.sorted { $0.key < $1.key }
            .map { ("{code=\"\($0.key)\"}", $0.value) }
        var families = [
            Self.family("answers_total", "counter", "Answers by class of status.", answers),
            Self.family("refusals_total", "counter", "Refusals by code.", refusals),
        ]
        for counter in Counter.allCases {
            let value = counts.others[counter] ?? 0
            families.append(Self.family(counter.rawValue, "counter", counter.help, [("", value)]))
        }
        for (name, help, value) in kept.gauges {
            families.append(Self.family(name, "gauge", help, [("", UInt64(max(0, value)))]))
        }
        return families.joined()
    }

    private static func family(
        _ name: String,
        _ type: String,
        _ help: String,
        _ samples: [(String, UInt64)]
    ) -> String {
        let name = "clawgress_admin_\(name)"
        let head = "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        return head + samples.map { "\(name)\($0.0) \($0.1)\n" }.joined()
    }
}

/// How much is kept of what is bounded.
struct KeptSizes: Sendable {
    let sessions: Int
    let tokens: Int
    let candidateBytes: Int
    let answerBytes: Int
    let events: Int

    fileprivate var gauges: [(String, String, Int)] {
        [
            ("sessions", "Sessions that have not ended.", sessions),
            ("tokens", "Tokens, those that have ended and are listed included.", tokens),
            ("candidate_bytes", "Bytes of all candidates.", candidateBytes),
            ("kept_answer_bytes", "Bytes of answers kept for Idempotency-Key.", answerBytes),
            ("events", "Events that the API lists.", events),
        ]
    }
}
