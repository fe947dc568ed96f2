// What answers mean, how bodies are signed, and in which order alerts are told.

import ClawgressAuditService
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

@Suite("alerts that are told")
struct AlertQueueTests {
    private let full = AlertNote.Subject(alert: "disk_full")
    private let down = AlertNote.Subject(alert: "sink_down", sink: "siem")

    @Test("are told once when they begin and once when they end, in order")
    func order() {
        var queue = AlertQueue()
        queue.look([full], at: 1)
        queue.look([full], at: 2)
        queue.look([full, down], at: 3)
        queue.look([down], at: 4)
        var told: [AlertNote] = []
        while let note = queue.first {
            told.append(note)
            queue.told(note)
        }
        #expect(told.map(\.subject) == [full, down, full])
        #expect(told.map(\.isRaised) == [true, true, false])
        #expect(told.map(\.time) == [1, 3, 4] && queue.dropped == 0)
    }

    @Test("are dropped, the oldest first and counted, where too many wait")
    func bound() throws {
        var queue = AlertQueue()
        for time in 0..<300 as Range<Int64> { queue.look(time % 2 == 0 ? [full] : [], at: time) }
        #expect(queue.dropped == 44)
        let first = try #require(queue.first)
        #expect(first.time == 44)
        // What was dropped while it was told is not the next one.
        queue.told(AlertNote.none(full))
        #expect(queue.first == first)
    }
}

extension AlertNote {
    /// A note that no queue has.
    fileprivate static func none(_ subject: Subject) -> AlertNote {
        var queue = AlertQueue()
        queue.look([subject], at: -1)
        guard let note = queue.first else { preconditionFailure("it was just raised") }
        return note
    }
}
