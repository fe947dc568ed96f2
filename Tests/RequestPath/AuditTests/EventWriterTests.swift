// The text form is what gets hashed: every byte of it is checked here.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation
import TestKit
import Testing

private func canonical(_ write: (inout ByteBuffer) -> Void) -> String {
    var out = ByteBuffer(capacity: 1_024)
    write(&out)
    return out.bytes.string()
}

/// The event of the golden lines: read from a spool, because only a spool makes events.
private func sample() throws -> AuditEvent {
    let folder = TemporaryFolder()
    let boot = try Boot(folder)
    let writer = boot.writer()
    _ = writer.exchange(1)
    var event = try #require(try events(folder).first)
    event.requestID = RequestID(high: 0x0192_3456_789A_7BCD, low: 0x8123_4567_89AB_CDEF)
    event.timestamp = 1_795_467_600_123_456
    event.path = "/simple/\"q\""
    event.bootID = BootID(high: 1, low: 0xAB)
    event.worker = 1
    event.sequence = 9
    return event
}

@Suite("event text")
struct EventWriterTests {
    @Test("writes an event as canonical JSON, every byte as expected")
    func golden() throws {
        let expected = #"""
            {"agent_id":"crawler","allowed_by":null,"attempts":1,"auth_type":"api_key",
            "boot_id":"000000000000000100000000000000ab","bundle_revision":"sha256:00ff",
            "bundle_serial":7,"bytes_in":200,"bytes_out":100,"claimed_agent_id":"crawler",
            "client_address":"127.0.0.1","client_port":50000,"closing_reason":null,
            "closing_serial":null,"credential_id":"k7x2m4q9w3a5",
            "decision":"allow","destination_address":"151.101.0.1",
            "destination_host":"pypi.org","destination_port":80,"duration_ms":2,
            "environment":"test","event_version":1,"gateway_id":"gw-1","gateway_us":40,
            "http_method":"GET","latency_ms":1.5,"outcome":"completed",
            "path":"/simple/\"q\"","policy_id":"allow-registries","policy_version":3,
            "project_id":"atlas","protocol":"http","quota_applied":"within",
            "reason":"policy_allowed","request_id":"01923456-789a-7bcd-8123-456789abcdef",
            "scheme":"http","sequence":9,"sni":null,"status":200,"team_id":"research",
            "timestamp":"2026-11-23T21:00:00.123456Z","truncated":[],"tunnel_request_id":null,
            "worker":1,"would_decision":null,"would_policy_id":null}
            """#.replacing("\n", with: "")
        let line = text(.event(try sample()))
        #expect(line == expected)
    }

    @Test("writes null for everything that is not known, and never for policy_id")
    func nulls() throws {
        var event = try sample()
        event.agentID = nil
        event.authentication = .none
        event.scheme = .unknown
        event.decision = .deny
        event.reason = .credentialsMissing
        event.matchedPolicyID = nil
        event.end.status = 0
        event.end.latencyMicroseconds = nil
        let line = text(.event(event))
        for member in [
            #""agent_id":null"#, #""auth_type":null"#, #""scheme":null"#, #""status":null"#,
            #""latency_ms":null"#, #""policy_id":"identity-required""#, #""allowed_by":null"#,
        ] {
            #expect(line.contains(member), "\(member)")
        }
    }

    @Test("keeps the policy that had allowed a request that is refused later")
    func allowedBy() throws {
        var event = try sample()
        event.decision = .rateLimit
        event.reason = .quotaRPMExceeded
        #expect(event.policyID == "quota" && event.allowedBy == "allow-registries")
        event.decision = .deny
        event.reason = .policyDenied
        #expect(event.policyID == "allow-registries" && event.allowedBy == nil)
        event.decision = .allow
        event.reason = .connectRefused
        #expect(event.policyID == "allow-registries" && event.allowedBy == nil)
    }

    @Test("orders the members by code units and is the JSON that it claims to be")
    func order() throws {
        var event = try sample()
        event.path = "/a\u{1}\u{7F}€😀\\"
        for record in [AuditRecord.event(event), .gap(gap)] {
            let line = text(record)
            let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let members = try #require(parsed as? [String: Any])
            let keys = line.matches(of: /[{,]"([a-z_]+)":/).map { String($0.output.1) }
            #expect(keys == keys.sorted() && keys.count == members.count)
            if case .event = record { #expect(members["path"] as? String == event.path) }
        }
    }

    @Test("writes a gap record")
    func gapRecord() {
        let expected = #"""
            {"allow":5,"boot_id":"000000000000000100000000000000ab","deny":2,
            "first":"1970-01-01T00:00:00.000001Z","gateway_id":"gw-1",
            "last":"2000-02-29T23:59:59.999999Z","rate_limit":1,"reason":"disk_full",
            "record":"gap","segment":12,"worker":3}
            """#.replacing("\n", with: "")
        #expect(text(.gap(gap)) == expected)
        #expect(gap.total == 8)
    }

    private var gap: AuditGap {
        AuditGap(
            allow: 5,
            deny: 2,
            rateLimit: 1,
            first: 1,
            last: 951_868_799_999_999,
            reason: .diskFull,
            gatewayID: "gw-1",
            bootID: BootID(high: 1, low: 0xAB),
            worker: 3,
            segment: 12
        )
    }

    @Test("never writes more than 16 KiB, whatever is in the fields, and names what it cut")
    func sizeBound() throws {
        var event = try sample()
        let worst = String(repeating: "\u{1}", count: 9_000)
        event.path = worst
        event.claimedAgentID = worst
        event.credentialID = worst
        event.destinationHost = worst
        event.serverName = worst
        event.method = worst
        event.matchedPolicyID = worst
        event.wouldPolicyID = worst
        event.bundleRevision = worst
        event.agentID = worst
        event.teamID = worst
        event.projectID = worst
        event.environment = worst
        let line = text(.event(event))
        #expect(line.utf8.count <= EventWriter.bytesMax)
        let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let members = try #require(parsed as? [String: Any])
        let cut = try #require(members["truncated"] as? [String])
        #expect(cut.contains("path") && cut.contains("claimed_agent_id"))
        #expect(cut == cut.sorted())
    }
}

@Suite("canonical JSON values")
struct CanonicalJSONTests {
    // RFC 8785 section 3.2.2: the sample object's string, and the numbers of it and of
    // appendix B that are integers or thousandths.
    @Test("escapes the RFC's sample string")
    func sampleString() {
        let sample = "\u{20ac}$\u{000F}\u{000a}A'\u{0042}\u{0022}\u{005c}\\\"/"
        let expected = #""€$\u000f\nA'B\"\\\\\"/""#
        #expect(canonical { CanonicalJSON.append(string: sample, to: &$0) } == expected)
    }

    @Test("escapes every control character in its one form")
    func controls() {
        let short: [UInt8: String] = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"]
        for byte in UInt8(0)..<0x20 {
            let digits = String(byte, radix: 16)
            let long = "\\u00" + (digits.count < 2 ? "0" : "") + digits
            let character = String(Unicode.Scalar(byte))
            let written = canonical { CanonicalJSON.append(string: character, to: &$0) }
            #expect(written == "\"" + (short[byte] ?? long) + "\"")
        }
        let others = canonical { CanonicalJSON.append(string: "\u{7F}ö😀", to: &$0) }
        #expect(others == "\"\u{7F}ö😀\"")
    }

    @Test("cuts a string between characters, never inside an escape")
    func cut() {
        for (bytesMax, expected) in [(0, ""), (5, "ab"), (8, #"ab\u0001"#), (11, #"ab\u0001€"#)] {
            let written = canonical {
                let isWhole = CanonicalJSON.append(
                    string: "ab\u{1}€",
                    bytesMax: bytesMax,
                    to: &$0
                )
                #expect(isWhole == (bytesMax == 11))
            }
            #expect(written == "\"" + expected + "\"")
        }
    }

    @Test(
        "writes thousandths as ECMAScript would",
        arguments: [
            (0, "0"), (1, "0.001"), (2, "0.002"), (10, "0.01"), (100, "0.1"), (1_000, "1"),
            (4_500, "4.5"), (1_500, "1.5"), (1_050, "1.05"), (123_456, "123.456"),
            (999_999_999_999_999, "999999999999.999"), (.max, "999999999999.999"),
        ] as [(UInt64, String)]
    )
    func thousandths(value: UInt64, expected: String) throws {
        let written = canonical { CanonicalJSON.append(thousandths: value, to: &$0) }
        #expect(written == expected)
        // Swift's own shortest form agrees: the text is the one that reads back as this double.
        let number = try #require(Double(written))
        #expect(number.description == expected || number.description == expected + ".0")
    }

    @Test("bounds integers to what every reader takes exactly")
    func integers() {
        let numbers: [(UInt64, String)] = [
            (0, "0"), (9_007_199_254_740_991, "9007199254740991"), (.max, "9007199254740991"),
        ]
        for (value, expected) in numbers {
            #expect(canonical { CanonicalJSON.append(integer: value, to: &$0) } == expected)
        }
        #expect(
            canonical { CanonicalJSON.append(integer: Int64.min, to: &$0) } == "-9007199254740991"
        )
        #expect(canonical { CanonicalJSON.append(integer: Int64(-5), to: &$0) } == "-5")
    }

    @Test("writes the dates that Foundation writes", arguments: 0..<200)
    func dates(step: Int) {
        var random = SplitMix64(seed: UInt64(step))
        let seconds = Int64(random.next() % 253_402_300_799)
        let gap = AuditGap(
            allow: 1,
            deny: 0,
            rateLimit: 0,
            first: seconds * 1_000_000,
            last: .min,
            reason: nil,
            gatewayID: "gw-1",
            bootID: BootID(high: 0, low: 0),
            worker: 0,
            segment: 0
        )
        let expected = Date(timeIntervalSince1970: Double(seconds))
            .formatted(.iso8601).replacing("Z", with: ".000000Z")
        #expect(text(.gap(gap)).contains("\"first\":\"\(expected)\""))
        #expect(text(.gap(gap)).contains("\"reason\":null,\"record\""))
        #expect(text(.gap(gap)).contains("\"last\":\"1970-01-01T00:00:00.000000Z\""))
    }
}
