// The sinks of the configuration file: what is taken, and what is refused with which words.

import ClawgressAlerts
import ClawgressAuditIndex
import ClawgressAuditService
import Foundation
import Testing

@Suite("the configuration of sinks")
struct SinkSettingsTests {
    private func configuration(_ more: String) throws -> AuditConfiguration {
        let text = #"{"state_folder":"/s","mesh_folder":"/m","credential":"/c",\#(more)}"#
        return try JSONDecoder().decode(AuditConfiguration.self, from: Data(text.utf8))
    }

    @Test("has no sink unless it is asked for")
    func none() throws {
        let found = try configuration(#""log_level":"info""#)
        #expect(found.sinks.isEmpty && found.alerts.webhook == nil && found.problems() == [])
    }

    @Test("has a sink of each kind")
    func kinds() throws {
        let found = try configuration(
            #"""
            "sinks":[
              {"name":"siem","kind":"syslog","address":"logs.example:6514","format":"ocsf",
               "filter":{"decision":["deny","rate_limit"],"kind":["request"]}},
              {"name":"j","kind":"journald","from":"start"},
              {"name":"f","kind":"file","path":"/var/log/clawgress.ndjson","rotate_bytes":65536},
              {"name":"w","kind":"webhook","url":"https://hook.example/in?x=1","timeout_ms":500}
            ],"alerts":{"webhook":{"url":"http://127.0.0.1:8080/alerts"}}
            """#
        )
        #expect(found.problems() == [])
        #expect(found.sinks.map(\.from) == [.now, .start, .now, .now])
        #expect(found.sinks[0].filter.decisions == [.deny, .rateLimit])
        guard case .syslog(let syslog) = found.sinks[0].target else {
            Issue.record("no syslog")
            return
        }
        #expect(syslog.facility == 13 && syslog.marksEncoding && syslog.enterprise == nil)
    }

    @Test(
        "refuses what it does not know",
        arguments: [
            (#"{"name":"f","kind":"file","path":"/f","url":"https://x"}"#, "`url`"),
            (#"{"name":"f","kind":"pigeon"}"#, "pigeon"),
            (#"{"name":"f","kind":"file"}"#, "path"),
            (#"{"name":"f","kind":"file","path":"/f","filter":{"decision":[]}}"#, "one or more"),
            (#"{"name":"f","kind":"file","path":"/f","filter":{"decision":["no"]}}"#, "`allow`"),
            (#"{"name":"f","kind":"file","path":"/f","filter":{"agent":["a"]}}"#, "`agent`"),
            (#"{"name":"f","kind":"file","path":"/f","format":"xml"}"#, "xml"),
        ]
    )
    func unknown(sink: String, word: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try configuration(#""sinks":[\#(sink)]"#)
        }
        #expect("\(try #require(error))".contains(word))
    }

    @Test(
        "says what is wrong",
        arguments: [
            (#"{"name":"../x","kind":"journald"}"#, "the name"),
            (#"{"name":"a","kind":"journald"},{"name":"a","kind":"journald"}"#, "twice"),
            (
                #"{"name":"a","kind":"file","path":"/f"},{"name":"b","kind":"file","path":"/f"}"#,
                "file of two"
            ),
            (#"{"name":"a","kind":"file","path":"f"}"#, "`path`"),
            (#"{"name":"a","kind":"syslog","address":"logs.example"}"#, "`address`"),
            (#"{"name":"a","kind":"syslog","address":"l:1","key":"/k"}"#, "belong together"),
            (#"{"name":"a","kind":"webhook","url":"http://hook.example/"}"#, "`url`"),
            (#"{"name":"a","kind":"webhook","url":"http://127.evil.example/"}"#, "`url`"),
            (#"{"name":"a","kind":"webhook","url":"https://u:p@hook.example/"}"#, "`url`"),
            (#"{"name":"a","kind":"webhook","url":"ftp://hook.example/"}"#, "`url`"),
            (#"{"name":"a","kind":"journald","batch_records":0}"#, "`batch_records`"),
        ]
    )
    func problems(sinks: String, word: String) throws {
        let found = try configuration(#""sinks":[\#(sinks)]"#).problems()
        #expect(found.count == 1 && found[0].contains(word))
    }

    @Test("has sixteen sinks at most")
    func count() throws {
        let sinks = (0..<17).map { #"{"name":"j\#($0)","kind":"journald"}"# }
        let found = try configuration(#""sinks":[\#(sinks.joined(separator: ","))]"#).problems()
        #expect(found == ["`sinks` may be 16 at most"])
    }
}
