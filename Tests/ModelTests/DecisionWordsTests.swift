// The words of events, which dashboards and queries depend on.

import ClawgressModel
import Testing

@Suite("Words of decisions")
struct DecisionWordsTests {
    @Test("spells the values of each field as the event's description does")
    func words() {
        #expect(Decision.allCases.map(\.name.description) == ["allow", "deny", "rate_limit"])
        #expect(
            Outcome.allCases.map(\.name.description) == [
                "completed", "client_closed", "upstream_failed", "closed_by_policy", "timed_out",
                "aborted", "refused",
            ]
        )
        #expect(
            QuotaApplied.allCases.map(\.name.description) == [
                "none", "within", "alert_rps", "alert_rpm", "stop_rps", "stop_rpm",
            ]
        )
        #expect(
            AuthenticationType.allCases.map(\.name.description) == ["none", "api_key", "jwt"]
        )
        #expect(RequestProtocol.allCases.map(\.name.description) == ["http", "connect"])
    }
}
