// How far a request has come and how far it may go: Via, Max-Forwards, and methods under which
// nothing is forwarded.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("The journey of a request")
struct JourneyTests {
    private func options(_ fields: String..., version: String = "HTTP/1.1") -> String {
        "OPTIONS http://example.com/ \(version)\r\nHost: example.com\r\n"
            + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test(
        "ends where Via names this gateway for a recipient, whatever stands around it",
        arguments: [
            "1.1 gw-1", "1.0 gw-1", "1.1 GW-1", "HTTP/1.1 gw-1", "1.1 a, 1.1 gw-1",
            "1.1 gw-1,1.1 b", "1.1\tgw-1", "1.1  gw-1  ", "1.1 gw-1 (Clawgress)", "1.1 gw-1(x)",
            ",, 1.1 gw-1",
            "1.1 a (b, c), 1.1 gw-1", "1.1 a (b (c) \\) d), 1.1 gw-1",
        ]
    )
    func loops(value: String) {
        #expect(refusal(get("Via: \(value)")) == .loopDetected)
        #expect(refusal(get("Via: 1.1 other", "A: b", "via: \(value)")) == .loopDetected)
        let tunnel = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nVia: \(value)\r\n\r\n"
        #expect(refusal(tunnel) == .loopDetected)
    }

    @Test(
        "goes on where Via names others, and Via gets one more name",
        arguments: [
            "", "1.1 other", "1.1 gw-10", "1.1 gw-1.example", "1.1 gw-1:8080", "gw-1", "gw-1 other",
            "1.1 other (gw-1)", "1.1 other (1.1 gw-1)", "1.1 other (a, 1.1 gw-1)", "1.1 xgw-1",
            "1.1 other (never closed, 1.1 gw-1", "1.1 other gw-1", "(", "\\", "1.1 other (\\",
        ]
    )
    func noLoop(value: String) throws {
        let request = try parseRequest(get("Via: \(value)"))
        #expect(request.fields.contains("Via: \(value)"))
        #expect(request.fields.last == "Via: 1.1 gw-1")
    }

    @Test("does not take another field for Via")
    func otherFields() {
        #expect(refusal(get("X-Via: 1.1 gw-1", "Vial: 1.1 gw-1", "Via: 1.1 a")) == nil)
        #expect(refusal(get("Via: 1.1 a", "X-Seen: 1.1 gw-1", "Via: 1.1 b")) == nil)
    }

    @Test("of an OPTIONS is one hop shorter behind the gateway")
    func oneHopLess() throws {
        for (before, after) in [("1", "0"), ("10", "9"), ("999999999", "999999998")] {
            let request = try parseRequest(options("Max-Forwards: \(before)", "A: b"))
            let field = "Max-Forwards: \(after)"
            #expect(request.fields == ["Host: example.com", "A: b", field, "Via: 1.1 gw-1"])
        }
    }

    @Test("of an OPTIONS ends at zero")
    func exhausted() {
        #expect(refusal(options("Max-Forwards: 0")) == .maxForwardsExhausted)
        #expect(refusal(options("max-forwards:0", version: "HTTP/1.0")) == .maxForwardsExhausted)
    }

    @Test(
        "of an OPTIONS is refused if the hops are not one number",
        arguments: [
            "", "-1", "+1", "01", "00", "1.0", "0x1", "1,1", "1 1", "a", "1000000000", "\u{661}",
        ]
    )
    func badHops(value: String) {
        #expect(refusal(options("Max-Forwards: \(value)")) == .fieldLineMalformed)
    }

    @Test("of an OPTIONS is refused if the hops are given twice")
    func twice() {
        #expect(refusal(options("Max-Forwards: 1", "Max-Forwards: 1")) == .fieldLineMalformed)
    }

    @Test("keeps the hops of other methods as they are", arguments: ["0", "5", "x", "", "01"])
    func otherMethods(value: String) throws {
        let request = try parseRequest(get("Max-Forwards: \(value)"))
        #expect(request.fields.contains("Max-Forwards: \(value)"))
        let tunnel = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nMax-Forwards: \(value)\r\n\r\n"
        #expect(refusal(tunnel) == nil)
    }

    @Test("keeps its hops and its way when a Connection field names them")
    func namedInConnection() {
        #expect(refusal(options("Connection: max-forwards", "Max-Forwards: 0")) != nil)
        #expect(refusal(get("Connection: Max-Forwards")) == .connectionFieldRefused)
        #expect(refusal(get("Connection: via")) == .connectionFieldRefused)
    }

    @Test(
        "does not begin with a method that echoes it, or that is no request to an origin",
        arguments: ["TRACE", "trace", "Trace", "TRACK", "track", "connect", "Connect"]
    )
    func neverForwarded(method: String) {
        let targets = ["http://a/", "a:443", "*", "/"]
        for target in targets {
            let head = "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
            #expect(refusal(head) == .methodRefused)
        }
    }

    @Test("is not stopped by methods that only look like those", arguments: ["TRACED", "CONNECTX"])
    func similar(method: String) {
        #expect(refusal("\(method) http://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == nil)
    }
}
