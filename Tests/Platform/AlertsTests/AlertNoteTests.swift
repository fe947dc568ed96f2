// The bytes of notes, as they are signed and posted.

import ClawgressAlerts
import Testing

@Suite("a note of an alert")
struct AlertNoteTests {
    private func sender(_ service: String, _ nameKey: String, _ name: String) -> AlertSender {
        AlertSender(
            service: service,
            nameKey: nameKey,
            name: name,
            metricsPrefix: "clawgress",
            clock: AlertClock(now: { 0 }, text: { "at \($0)" })
        )
    }

    private func line(
        _ sender: AlertSender,
        _ add: (inout AlertQueue) -> Void
    ) throws -> String {
        var queue = AlertQueue()
        add(&queue)
        let note = queue.next(at: 0)
        return String(decoding: try #require(note).line(from: sender), as: UTF8.self)
    }

    @Test("of something that is looked at has its word, its sink, and no text")
    func state() throws {
        let audit = sender("clawgress-audit", "log", "example.com/log")
        let line = try line(audit) {
            $0.look([AlertNote.Subject(alert: "sink_down", sink: "siem")], at: 5)
        }
        #expect(
            line == #"{"alert":"sink_down","log":"example.com/log","service":"clawgress-audit","#
                + #""sink":"siem","state":"raised","timestamp":"at 5"}"# + "\n"
        )
    }

    @Test("of something that happened has what the log says, as data")
    func happened() throws {
        let gateway = sender("clawgress-gateway", "gateway_id", "gw-1")
        let text = AlertNote.Text(
            "a bundle was refused",
            ["problem": "\"}\n\u{1B}[2J", "bundle.rejection": "bundle_not_newer"],
            repeated: 3
        )
        let line = try line(gateway) {
            $0.happened(AlertNote.Subject(alert: "bundle_refused"), text, at: 7)
        }
        #expect(
            line == #"{"alert":"bundle_refused","details":{"bundle.rejection":"bundle_not_newer","#
                + #""problem":"\"}\u000a\u001b[2J"},"gateway_id":"gw-1","#
                + #""message":"a bundle was refused","repeated":3,"#
                + #""service":"clawgress-gateway","state":"happened","timestamp":"at 7"}"# + "\n"
        )
    }

    @Test("is bounded, whatever a detail quotes")
    func bound() throws {
        let gateway = sender("clawgress-gateway", "gateway_id", "gw-1")
        let text = AlertNote.Text("", ["problem": String(repeating: "é", count: 5_000)])
        let line = try line(gateway) {
            $0.happened(AlertNote.Subject(alert: "spool_failed"), text, at: 7)
        }
        #expect(line.filter { $0 == "é" }.count == 1_024)
    }
}
