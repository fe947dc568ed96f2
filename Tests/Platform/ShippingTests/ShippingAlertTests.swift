// Alerts about states come when the state begins and once a minute while it lasts.

import ClawgressShipping
import Testing

@Suite("Alerts about shipping")
struct ShippingAlertTests {
    private func view(_ change: (inout ShippingView) -> Void = { _ in }) -> ShippingView {
        var view = ShippingView()
        change(&view)
        return view
    }

    @Test("are due when a state begins, once a minute while it lasts, and again when it returns")
    func lasting() {
        var alerts = ShippingAlerts()
        let down = view { $0.unreachableFor = 12_000 }
        let times: [Int64] = [0, 200, 59_999, 60_000, 60_001, 120_000]
        #expect(times.map { alerts.due(down, at: $0).count } == [1, 0, 0, 1, 0, 1])
        #expect(alerts.due(view(), at: 120_100).isEmpty)
        #expect(alerts.due(down, at: 120_200).map(\.kind) == [.unreachable])
    }

    @Test(
        "call a spool backlogged above its share, exact to the byte",
        arguments: [
            (50, 1_000, 500), (1, 1_000, 10), (99, 4 << 30, 4_252_017_623), (50, 7, 3),
        ]
    )
    func backlog(percent: Int, bytesMax: Int, most: Int) {
        let thresholds = ShippingThresholds(backlogPercent: percent)
        #expect(!thresholds.isBacklogged(most, of: bytesMax))
        #expect(thresholds.isBacklogged(most + 1, of: bytesMax))
    }

    @Test("are one for each state, with its values")
    func states() {
        var alerts = ShippingAlerts()
        let all = view {
            $0.unreachableFor = 10_500
            $0.problem = "no answer"
            $0.isBacklogged = true
            $0.spoolBytes = 77
            $0.isInconsistent = true
            $0.logSize = 9
        }
        let due = alerts.due(all, at: 0)
        #expect(due.map(\.kind) == [.unreachable, .backlog, .inconsistent])
        #expect(due[0].details == ["milliseconds": "10500", "problem": "no answer"])
        #expect(due[1].details == ["bytes": "77"])
        #expect(due[2].details == ["log.size": "9"])
    }

    @Test("name the states that are over, and nothing that has no end")
    func absent() {
        #expect(ShippingAlerts.absent(view()) == [.unreachable, .backlog, .inconsistent])
        let down = view { $0.unreachableFor = 10_500 }
        #expect(ShippingAlerts.absent(down) == [.backlog, .inconsistent])
        let none = view {
            $0.unreachableFor = 0
            $0.isBacklogged = true
            $0.isInconsistent = true
        }
        #expect(ShippingAlerts.absent(none).isEmpty)
    }

    @Test("name what is complained of")
    func complaints() {
        let refused = ShippingAlert(.refused(record: "b/0/7", code: "record_refused"))
        #expect(refused.kind == .refused)
        #expect(refused.details == ["record": "b/0/7", "code": "record_refused"])
        #expect(ShippingAlert(.spool("x")).kind == .spoolFailed)
        #expect(ShippingAlert(.files("x")).kind == .stateFailed)
        #expect(ShippingAlert(.inconsistent("x")).kind == .inconsistent)
    }

    @Test("have a metric for each view")
    func metrics() {
        let text = view {
            $0.oldest = 4_000_000
            $0.counts.acknowledged = 3
            $0.logSize = 5
        }.metrics(at: 6_500_000)
        #expect(text.contains("\nclawgress_audit_acknowledged_total 3\n"))
        #expect(text.contains("\nclawgress_audit_lag_seconds 2.5\n"))
        #expect(text.contains("\nclawgress_log_size 5\n"))
        #expect(view().metrics(at: 1).contains("\nclawgress_audit_lag_seconds 0.0\n"))
    }
}
