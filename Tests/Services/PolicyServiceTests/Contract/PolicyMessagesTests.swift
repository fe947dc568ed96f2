// The messages between service and gateways: what is written is read back, and what is none is
// refused with the member's name.

import ClawgressContract
import Testing

@Suite("messages to and from gateways")
struct PolicyMessagesTests {
    private static let bundle = BundleReference(epoch: 2, serial: 7, revision: "sha256:ab")

    @Test(
        "reads every line that it writes",
        arguments: [
            PolicyStreamLine.welcome(latest: nil, keySet: "a.b.c"),
            .welcome(latest: bundle, keySet: "a.b.c"), .prepare(bundle), .activate(bundle),
            .abort(epoch: 2, serial: 7), .keySet("d.e.f"), .ping,
        ]
    )
    func lines(_ line: PolicyStreamLine) throws {
        #expect(try PolicyStreamLine(parsing: line.text) == line)
        #expect(!line.text.contains("\n"))
    }

    @Test("reads every report that it writes")
    func reports() throws {
        let state = GatewayReportedState(
            bootID: "b",
            active: Self.bundle,
            prepared: nil,
            ready: false,
            keySetVersion: 3,
            productVersion: "1.0",
            revertedSerial: 6,
            problem: "a \"quoted\" problem\n"
        )
        let reports: [PolicyReport] = [
            .state(state), .prepared(epoch: 2, serial: 7), .activated(epoch: 2, serial: 7),
            .refused(epoch: 2, serial: 7, code: "c", reason: "r"),
        ]
        for report in reports { #expect(try PolicyReport(parsing: report.text) == report) }
    }

    @Test(
        "refuses what is no message",
        arguments: [
            "", "[]", #"{"type":1}"#, #"{"type":"prepare","epoch":1,"serial":2}"#,
            #"{"type":"abort","epoch":-1,"serial":2}"#,
            #"{"type":"abort","epoch":1,"epoch":1,"serial":2}"#,
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: PolicyMessageError.self) { try PolicyStreamLine(parsing: text) }
        #expect(throws: PolicyMessageError.self) { try PolicyReport(parsing: text) }
    }

    @Test("names a type that it does not know, and ignores members that it does not")
    func newer() throws {
        #expect(throws: PolicyMessageError.unknownType("dance")) {
            try PolicyStreamLine(parsing: #"{"type":"dance"}"#)
        }
        #expect(try PolicyStreamLine(parsing: #"{"type":"ping","at":1}"#) == .ping)
    }

    @Test("puts content into a publication's body untouched")
    func body() {
        let body = PublicationRequest.body(
            head: Array(#"{"request_id":"r"}"#.utf8),
            content: Array(#"{"format":"f"}"#.utf8)
        )
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"request_id":"r","content":{"format":"f"}}"#
        )
    }
}
