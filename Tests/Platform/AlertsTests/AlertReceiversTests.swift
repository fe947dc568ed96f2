// The block `alerts` of configuration files, and where something may be posted.

import ClawgressAlerts
import Testing
import Yams

@Suite("Configuration of who is told of alerts")
struct AlertReceiversTests {
    private func read(_ webhook: String) throws -> AlertReceivers {
        try YAMLDecoder().decode(AlertReceivers.self, from: "webhook: \(webhook)\n")
    }

    @Test("is nobody by default, and needs a URL")
    func defaults() throws {
        #expect(AlertReceivers().webhook == nil)
        #expect(try YAMLDecoder().decode(AlertReceivers.self, from: "{}").webhook == nil)
        let webhook = try #require(try read("{url: \"https://pager.example/hook\"}").webhook)
        #expect(webhook.timeout == 10_000 && webhook.secret == nil && webhook.authorities == nil)
        #expect(throws: DecodingError.self) { try read("{secret_file: /s}") }
    }

    @Test("refuses keys that it does not know, in both blocks")
    func unknown() {
        #expect(throws: DecodingError.self) { try read("{url: \"https://a\", secret: x}") }
        #expect(throws: DecodingError.self) {
            try YAMLDecoder().decode(AlertReceivers.self, from: "pager: {url: \"https://a\"}")
        }
    }

    @Test(
        "answers each mistake with its own sentence",
        arguments: [
            ("{url: \"https://a\", timeout_ms: 99}", "`timeout_ms` must be 100 to 600000"),
            ("{url: \"https://a\", key: /k}", "`certificate` and `key` belong together"),
            (
                "{url: \"http://pager.example\"}",
                "`url` must be `https://…`, or `http://…` of a loopback address, without user "
                    + "and fragment"
            ),
        ]
    )
    func mistakes(text: String, sentence: String) throws {
        #expect(try read(text).problems() == ["`alerts.webhook`: \(sentence)"])
    }

    @Test(
        "knows its server, where something may be posted",
        arguments: [
            ("https://pager.example/hook", "pager.example:443"),
            ("https://192.0.2.7:8443/hook?a=b", "192.0.2.7:8443"),
            ("http://127.0.0.1:9000/in", "127.0.0.1:9000"), ("http://127.3.2.1", "127.3.2.1:80"),
            ("http://[::1]:9000/in", "[::1]:9000"), ("https://[2001:db8::1]/", "[2001:db8::1]:443"),
            ("http://localhost:9000/in", nil), ("http://127.0.0.1.example/in", nil),
            ("http://127.1/in", nil), ("http://192.0.2.7/in", nil), ("https:///in", nil),
            ("https://user@pager.example/", nil), ("https://pager.example/#a", nil),
            ("ftp://127.0.0.1/", nil), ("pager.example", nil), ("", nil),
        ] as [(String, String?)]
    )
    func server(url: String, server: String?) throws {
        let webhook = try #require(try read("{url: \"\(url)\"}").webhook)
        #expect(webhook.server == server)
        #expect(webhook.problems().isEmpty == (server != nil))
    }
}
