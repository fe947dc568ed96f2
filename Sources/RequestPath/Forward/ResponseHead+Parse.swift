// One pass that judges an answer's head and writes the head that the agent gets.

public import ClawgressBytes
public import ClawgressModel

extension ResponseHead {
    /// Parses one complete head and appends to `out` the head for the agent: the status line,
    /// the end-to-end fields byte for byte, framing, `Via` and `Connection`.
    ///
    /// An interim answer is written without framing and connection; for an agent of version
    /// 1.0, which knows none, nothing is written.
    ///
    /// - Parameters:
    ///   - head: exactly one head.
    ///   - request: what is answered.
    ///   - limits: bounds that the scanner does not know.
    ///   - gatewayName: the pseudonym for `Via`.
    ///   - out: gets the result appended; after an error it is as before.
    /// - Throws: `upstreamMalformed` for everything that is ambiguous, for a `101` that was not
    ///   asked for or opens no WebSocket, and if `out` has no room.
    public static func parse(
        _ head: Span<UInt8>,
        request: ResponseContext,
        limits: HeadLimits,
        gatewayName: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> ResponseHead {
        let mark = out.count
        do throws(Reason) {
            let parsed = try rewrite(head, request, limits, gatewayName, &out)
            guard !out.overflowed else { throw .upstreamMalformed }
            if parsed.isInterim, request.agentIsVersion10 { out.truncate(to: mark) }
            return parsed
        } catch {
            out.truncate(to: mark)
            throw .upstreamMalformed
        }
    }

    private static func rewrite(
        _ head: Span<UInt8>,
        _ request: ResponseContext,
        _ limits: HeadLimits,
        _ gatewayName: Span<UInt8>,
        _ out: inout ByteBuffer
    ) throws(Reason) -> ResponseHead {
        let line = try StatusLine(head)
        if line.code == 101, !request.asksWebSocket { throw .upstreamMalformed }
        if !line.isVerbatim { writeLine(head, line, &out) }
        var fields = ResponseFields(line)
        try FieldCopy.write(
            head,
            from: line.isVerbatim ? 0 : line.end,
            fieldsStart: line.end,
            limits,
            into: &out,
            noting: &fields
        )
        if line.code == 101 { try fields.requireWebSocket() }
        let body = try fields.body(isHead: request.isHead)
        let isDechunked = body == .chunked && request.agentIsVersion10
        let parsed = ResponseHead(
            status: line.code,
            body: body,
            keepAlive: fields.keepAlive(body),
            keepsAgent: request.agentKeepAlive && !isDechunked && body != .untilClose,
            isDechunked: isDechunked,
            bindsConnection: fields.bindsConnection
        )
        parsed.writeEnd(isVersion10: line.isVersion10, request, gatewayName, &out)
        return parsed
    }

    private static func writeLine(
        _ head: Span<UInt8>,
        _ line: StatusLine,
        _ out: inout ByteBuffer
    ) {
        out.append("HTTP/1.1 ")
        out.append(head, line.text)
        if line.text.count == 3 { out.append(UInt8(ascii: " ")) }
        out.append("\r\n")
    }

    /// Writes what follows the kept fields.
    ///
    /// A `Content-Length` is among those.
    private func writeEnd(
        isVersion10: Bool,
        _ request: ResponseContext,
        _ gatewayName: Span<UInt8>,
        _ out: inout ByteBuffer
    ) {
        if body == .chunked, !isDechunked { out.append("Transfer-Encoding: chunked\r\n") }
        if switchesProtocols {
            WebSocketOpening.writeFields(into: &out)
        } else if !isInterim {
            if !keepsAgent {
                out.append("Connection: close\r\n")
            } else if request.agentIsVersion10 {
                out.append("Connection: keep-alive\r\n")
            }
        }
        out.append(isVersion10 ? "Via: 1.0 " : "Via: 1.1 ")
        out.append(gatewayName)
        out.append("\r\n\r\n")
    }
}
