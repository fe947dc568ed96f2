// Each identity reason must have a case in a data file: a reason that no case reaches may be
// unreachable, or wrong.

import ClawgressJWS
import ClawgressModel
import Testing

@Suite("Identity reasons")
struct CoverageOfReasonsTests {
    @Test("has a case for each reason that this stage gives")
    func coversReasons() throws {
        var reached: Set<String> = []
        for file in ["offered", "keys", "tokens"] {
            for example in try cases(file) {
                if let word = example["expect"]?.text { reached.insert(word) }
            }
        }
        // Given by whoever parks, counts or asks for credentials, not by a judgement on them.
        let elsewhere: Set<Reason> = [
            .credentialsMissing, .failureBudgetExhausted, .verificationOverloaded,
            .verificationTimedOut,
        ]
        for reason in Reason.allCases
        where (10..<40).contains(reason.rawValue) && !elsewhere.contains(reason) {
            #expect(reached.contains(reason.word), "no case expects \(reason.word)")
        }
    }
}
