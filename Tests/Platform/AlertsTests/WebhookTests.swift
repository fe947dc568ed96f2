// What answers mean, and how bodies are signed.

import ClawgressAlerts
import Testing

@Suite("a webhook")
struct WebhookTests {
    @Test(
        "has one meaning for each answer",
        arguments: [
            (200, nil, .taken), (204, nil, .taken), (301, nil, .refused), (400, nil, .refused),
            (401, "5", .refused), (404, nil, .refused), (408, nil, .later(after: nil)),
            (429, "30", .later(after: 30_000)), (500, nil, .later(after: nil)),
            (503, "Wed, 21 Oct 2026 07:28:00 GMT", .later(after: nil)),
            (503, "-3", .later(after: nil)), (599, "0", .later(after: 0)),
            (600, nil, .refused), (199, nil, .refused),
        ] as [(Int, String?, WebhookAnswer)]
    )
    func answer(status: Int, retryAfter: String?, expected: WebhookAnswer) {
        #expect(WebhookAnswer(status: status, retryAfter: retryAfter) == expected)
    }

    @Test("signs time and body (the expected value is of OpenSSL)")
    func signature() {
        let signature = WebhookSignature(secret: Array("a secret of some length".utf8))
        let expected =
            "t=1764147600,v1=b26ff7c53d87f05e55321086c9b7cc07e1938feb5be42b46bcbe8ed0fc823dfe"
        #expect(signature.value(of: Array("{}\n".utf8), at: 1_764_147_600) == expected)
    }
}
