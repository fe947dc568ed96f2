// The answer as the agent reads it, against the answer as the origin sent it.

import ClawgressBytes
import ClawgressForward
import FuzzShared

enum AgentReading {
    static func check(
        _ answer: ResponseRewrite.Accepted,
        _ sent: PlainHead,
        _ written: PlainHead
    ) {
        checkLine(answer.head, sent, written)
        checkFraming(answer, sent, written)
        checkFields(answer, sent, written)
    }

    private static func checkLine(
        _ head: ResponseHead,
        _ sent: PlainHead,
        _ written: PlainHead
    ) {
        let code = Array(String(head.status).utf8)
        require(sent.startWords.count >= 2 && sent.startWords[1] == code, "another status sent")
        require(written.startWords.count >= 3, "a status line without its second space")
        require(written.startWords[0] == Array("HTTP/1.1".utf8), "another version")
        require(written.startWords[1] == code, "another status passed on")
    }

    /// Where the agent finds the end, by RFC 9112 section 6.3, is where the gateway ends.
    private static func checkFraming(
        _ answer: ResponseRewrite.Accepted,
        _ sent: PlainHead,
        _ written: PlainHead
    ) {
        let head = answer.head
        let lengths = written.values("content-length")
        let codings = written.values("transfer-encoding")
        require(lengths.count + codings.count <= 1, "two fields about one length")
        let hasContent =
            !answer.context.isHead && head.status >= 200 && head.status != 204
            && head.status != 304
        guard hasContent else { return require(head.body == .none, "content where none can be") }
        switch head.body {
        case .none:
            require(false, "no content, and nothing that says so")
        case .fixed(let count):
            require(lengths == [Array(String(count).utf8)], "the agent is told another length")
        case .chunked:
            require(codings.isEmpty == head.isDechunked, "the agent is told another coding")
            require(lengths.isEmpty, "a length beside a coding")
            require(head.isDechunked == answer.context.agentIsVersion10, "chunks for an old agent")
        case .untilClose:
            require(codings.isEmpty && lengths.isEmpty, "a length that the origin did not send")
            require(!head.keepAlive, "a connection is used again that ended the content")
        }
        let endsByClose = head.body == .untilClose || head.isDechunked
        require(!(endsByClose && head.keepsAgent), "the agent waits for an end that never comes")
        require(sent.values("content-length").count <= 1, "two lengths were accepted")
    }

    /// Every end-to-end field byte for byte and in order, and no other.
    private static func checkFields(
        _ answer: ResponseRewrite.Accepted,
        _ sent: PlainHead,
        _ written: PlainHead
    ) {
        let head = answer.head
        var fields = written.fields[...]
        require(fields.popLast()?.isNamed("via") == true, "the last field is not Via")
        if head.status == 101 {
            let lines = fields.suffix(2).map(\.line)
            let upgrade = ["Connection: Upgrade", "Upgrade: websocket"].map { Array($0.utf8) }
            require(lines == upgrade, "another change of protocols")
            fields.removeLast(2)
        } else if !head.isInterim {
            checkConnection(answer, &fields)
        }
        if head.body == .chunked, !head.isDechunked {
            let line = fields.popLast()?.line
            require(line == Array("Transfer-Encoding: chunked".utf8), "the coding is missing")
        }
        let named = sent.connectionOptions
        let isBodiless = head.status < 200 || head.status == 204
        let kept = sent.fields.filter { field in
            !field.endsHere && !named.contains(field.name)
                && !(isBodiless && field.isNamed("content-length"))
        }
        require(Array(fields) == kept, "other fields are passed on: \(quoted(answer.output))")
    }

    private static func checkConnection(
        _ answer: ResponseRewrite.Accepted,
        _ fields: inout ArraySlice<PlainHead.Field>
    ) {
        require(
            answer.context.agentKeepAlive || !answer.head.keepsAgent,
            "a connection is kept that the agent wants closed"
        )
        if !answer.head.keepsAgent {
            require(fields.popLast()?.line == Array("Connection: close".utf8), "no close")
        } else if answer.context.agentIsVersion10 {
            require(fields.popLast()?.line == Array("Connection: keep-alive".utf8), "no keep-alive")
        }
    }
}
