// Records as bytes of RFC 5424 and RFC 5425, and of the journal's protocol.

import ClawgressAuditService
import ClawgressModel
import Testing

/// A record with all that a message shows.
func record(_ members: String, index: Int = 7) -> RenderedRecord {
    let gateway = members.contains("service_id") ? "" : #""gateway_id":"gw-1","#
    let text =
        #"{"agent_id":"crawler",\#(members)\#(gateway)"#
        + #""timestamp":"2026-11-26T09:00:00.000171Z"}"#
    let bytes = Array(text.utf8)
    return RenderedRecord(record: SinkRecord(index: index, bytes: bytes), line: bytes)
}

private let denied =
    #""decision":"deny","destination_host":"h.example","policy_id":"default-deny","#
private let id = #""request_id":"019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a","#
private let origin = "[origin software=\"clawgress-audit\" swVersion=\"\(Product.version)\"]"

@Suite("syslog messages")
struct SyslogMessageTests {
    private func text(
        _ rendered: RenderedRecord,
        facility: Int = 13,
        enterprise: Int? = 32_473,
        marksEncoding: Bool = true
    ) -> String {
        let message = SyslogMessage(
            facility: facility,
            enterprise: enterprise,
            marksEncoding: marksEncoding
        )
        return String(decoding: message.message(rendered), as: UTF8.self)
    }

    @Test("are those of RFC 5424, with our data and the record as text")
    func whole() {
        let record = record(denied + id)
        let expected =
            "<108>1 2026-11-26T09:00:00.000171Z gw-1 clawgress - request "
            + origin + #"[clawgress@32473 index="7" agent="crawler" decision="deny" "#
            + #"policy="default-deny" host="h.example" "#
            + #"request_id="019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a"] "# + "\u{FEFF}"
            + String(decoding: record.line, as: UTF8.self)
        #expect(text(record) == expected)
    }

    @Test("name no data that no number was given for, and no encoding where it is not wanted")
    func bare() {
        let record = record(denied)
        let expected =
            "<12>1 2026-11-26T09:00:00.000171Z gw-1 clawgress - request \(origin) "
            + String(decoding: record.line, as: UTF8.self)
        #expect(text(record, facility: 1, enterprise: nil, marksEncoding: false) == expected)
    }

    @Test(
        "have the severity of what they tell",
        arguments: [
            (#""decision":"allow","#, 110), (denied, 108), (#""decision":"rate_limit","#, 108),
            (#""record":"heartbeat","#, 110), (#""record":"gap","#, 107),
            (#""record":"admin","service_id":"admin-api","#, 109),
            (#""reason":"forbidden","record":"admin","service_id":"admin-api","#, 108),
        ]
    )
    func severity(members: String, priority: Int) {
        #expect(text(record(members)).hasPrefix("<\(priority)>1 "))
    }

    @Test("escape what would end a value, and show control characters")
    func escapes() {
        let host = #""destination_host":"a\"b\\c]d\ne\u001b[f","#
        let expected = #"host="a\"b\\c\]d\\u{a}e\\u{1b}[f""#
        #expect(text(record(host)).contains(expected))
    }

    @Test("have nothing in the head that is not visible ASCII")
    func head() {
        let bytes = Array(#"{"gateway_id":"gw 1","timestamp":"soon"}"#.utf8)
        let rendered = RenderedRecord(record: SinkRecord(index: 0, bytes: bytes), line: bytes)
        #expect(text(rendered).hasPrefix("<110>1 - - clawgress - request "))
    }

    @Test("stand behind their length in bytes")
    func frame() {
        let message = SyslogMessage(facility: 13, enterprise: nil, marksEncoding: true)
        let record = record(#""destination_host":"ä\n","#)
        let whole = message.message(record)
        #expect(message.frame(record) == Array("\(whole.count) ".utf8) + whole)
    }
}

@Suite("journal messages")
struct JournalMessageTests {
    @Test("are fields in lines")
    func plain() {
        let record = record(denied + id)
        let text = String(decoding: JournalMessage.bytes(record), as: UTF8.self)
        let expected = """
            MESSAGE=\(String(decoding: record.line, as: UTF8.self))
            PRIORITY=4
            SYSLOG_IDENTIFIER=clawgress
            CLAWGRESS_INDEX=7
            CLAWGRESS_KIND=request
            CLAWGRESS_GATEWAY=gw-1
            CLAWGRESS_AGENT=crawler
            CLAWGRESS_DECISION=deny
            CLAWGRESS_POLICY=default-deny
            CLAWGRESS_HOST=h.example
            CLAWGRESS_REQUEST_ID=019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a

            """
        #expect(text == expected)
    }

    @Test("give a value with a line end its length, so that it makes no field")
    func binary() throws {
        let record = record(#""destination_host":"h\nPRIORITY=0","#)
        let bytes = JournalMessage.bytes(record)
        let host =
            Array("CLAWGRESS_HOST\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0]
            + Array("h\nPRIORITY=0\n".utf8)
        #expect(Array(bytes.suffix(host.count)) == host)
    }
}
