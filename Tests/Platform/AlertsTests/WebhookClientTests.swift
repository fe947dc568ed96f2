// A server that answers as it likes, and what becomes of whoever waits for it.

import ClawgressAlerts
import NIOCore
import NIOPosix
import Testing
import Yams

@Suite("posting to a webhook", .timeLimit(.minutes(5)))
struct WebhookClientTests {
    /// Posts to a server that says `answer` to each connection, and then nothing more.
    private func post(answer: String, timeout: Int) async throws -> WebhookProblem? {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(Answering(answer))
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let text = "{url: 'http://127.0.0.1:\(port)/in', timeout_ms: \(timeout)}"
        let settings = try YAMLDecoder().decode(WebhookSettings.self, from: text)
        let client = try WebhookClient(settings, agent: "test") { 0 }
        var problem: WebhookProblem?
        do throws(WebhookProblem) {
            try await client.post(WebhookClient.Post(type: "text/plain", body: [1]))
        } catch {
            problem = error
        }
        await client.close()
        try await server.close()
        return problem
    }

    @Test("an answer is waited for no longer than allowed, however much of it has come")
    func stalled() async throws {
        for answer in [
            "", "HTTP/1.1 204", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
            "HTTP/1.1 102 Processing\r\n\r\n",
        ] {
            let problem = try await post(answer: answer, timeout: 300)
            #expect(problem?.answer == .later(after: nil), "\(answer)")
            #expect(problem?.description == "nothing came back: no whole answer in 300 ms")
        }
    }

    @Test("a whole answer is taken, or refused")
    func whole() async throws {
        let taken = try await post(
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            timeout: 30_000
        )
        #expect(taken == nil)
        let refused = try await post(
            answer: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
            timeout: 30_000
        )
        #expect(refused == WebhookProblem("the server refused with 400", .refused))
    }
}

/// Says one thing when the first bytes come.
private final class Answering: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String

    init(_ answer: String) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard unwrapInboundIn(data).readableBytesView.first == UInt8(ascii: "P") else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
