// Whether an answer that is passed on tells the agent the truth about where it ends. Whoever
// controls an origin would like agent and gateway to disagree about that.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import FuzzShared

enum ResponseRewrite {
    private static let name = Array("gw".utf8)
    /// Few, so that inputs of a few hundred bytes reach it.
    private static let fieldCountMax = 32

    /// An answer that the product accepted, and what it wrote.
    struct Accepted {
        let head: ResponseHead
        let context: ResponseContext
        let output: [UInt8]
    }

    /// The kinds of requests that an answer can be to; a WebSocket is asked for with GET only,
    /// and not by an old agent.
    static let contexts = (Array(0..<8) + [8, 12]).map { choice in
        ResponseContext(
            isHead: choice & 1 != 0,
            agentIsVersion10: choice & 2 != 0,
            agentKeepAlive: choice & 4 != 0,
            asksWebSocket: choice & 8 != 0
        )
    }

    /// Parses `input`, and where it is accepted checks all that must hold then.
    static func check(_ input: [UInt8], _ context: ResponseContext) {
        guard let answer = parse(input, context) else { return }
        guard let sent = PlainHead(input) else {
            return require(false, "accepted, but not cut into lines by CRLF")
        }
        let isAskedFor = answer.head.status != 101 || context.asksWebSocket
        require(isAskedFor, "an upgrade that nobody asked for")
        if answer.head.isInterim, context.agentIsVersion10 {
            return require(answer.output.isEmpty, "an interim answer for an old agent")
        }
        guard let written = PlainHead(answer.output) else {
            return require(false, "written, but not cut into lines by CRLF")
        }
        AgentReading.check(answer, sent, written)
        // Via, Connection and the framing field may be new.
        let again = parse(answer.output, context, fieldCount: fieldCountMax + 3)
        require(again != nil, "what was written is refused")
        let short = parse(input, context, capacity: answer.output.count - 1)
        require(short == nil, "a head was written into less room than it takes")
    }

    /// Whether an answer is not passed on.
    static func refuses(_ input: [UInt8], _ context: ResponseContext) -> Bool {
        parse(input, context) == nil
    }

    private static func parse(
        _ input: [UInt8],
        _ context: ResponseContext,
        capacity: Int = 8_192,
        fieldCount: Int = fieldCountMax
    ) -> Accepted? {
        var out = ByteBuffer(capacity: capacity)
        do throws(Reason) {
            let head = try ResponseHead.parse(
                input.span,
                request: context,
                limits: HeadLimits(fieldCount: fieldCount),
                gatewayName: name.span,
                into: &out
            )
            return Accepted(head: head, context: context, output: out.bytes.array())
        } catch {
            require(error == .upstreamMalformed, "an origin's answer blames the agent: \(error)")
            require(out.isEmpty, "a refused head left something behind")
            return nil
        }
    }
}
