// A sink that is an HTTP server: a batch is a request, and taken when the answer says so.

import ClawgressAlerts
import ClawgressDaemon
import ClawgressJWS

/// Posts batches.
final class WebhookOutlet: SinkOutlet {
    private let client: WebhookClient
    private let format: SinkFormat
    private let sink: String
    private let log: String

    /// Reads the files that the settings name.
    ///
    /// - Throws: `StartRefusal`.
    init(
        _ settings: WebhookSettings,
        format: SinkFormat,
        sink: String,
        log: String
    ) throws(StartRefusal) {
        client = try WebhookClient(
            settings,
            agent: "clawgress-audit",
            seconds: AuditClock.wall
        )
        self.format = format
        self.sink = sink
        self.log = log
    }

    func open(mark: JSONValue?) async throws(SinkProblem) -> Int? { nil }

    func take(_ batch: SinkBatch) async throws(SinkProblem) -> JSONValue? {
        guard let first = batch.records.first, let last = batch.records.last else { return nil }
        let post = WebhookClient.Post(
            type: "application/x-ndjson",
            fields: [
                ("Clawgress-Sink", sink), ("Clawgress-Log", log),
                ("Clawgress-First-Index", "\(first.record.index)"),
                ("Clawgress-Last-Index", "\(last.record.index)"),
            ],
            body: batch.records.flatMap { $0.numbered(format) }
        )
        do throws(WebhookProblem) {
            try await client.post(post)
        } catch {
            throw SinkProblem(error)
        }
        return nil
    }

    func look() async throws(SinkProblem) {}

    func close() async { await client.close() }
}

extension SinkProblem {
    /// What a webhook's answer means for the sink: what does not want a batch would not want it
    /// later.
    fileprivate init(_ problem: WebhookProblem) {
        switch problem.answer {
        case .later(let after): self.init(problem.description, .retry(after: after))
        case .taken, .refused: self.init(problem.description, .halt)
        }
    }
}
