// One pass that judges a request head and writes the head that goes upstream. What is written
// is what was judged: there is no second reading of the input.

public import ClawgressBytes
public import ClawgressModel

extension RequestHead {
    /// Parses one complete head and appends to `out` what goes upstream.
    ///
    /// For an http request that is a whole head: origin-form request line with the canonical
    /// path, `Host` with the canonical authority, the end-to-end fields byte for byte, the
    /// framing field, `Via`. For CONNECT it is the canonical authority alone.
    ///
    /// - Parameters:
    ///   - head: exactly one head as ``HeadScanner`` found it.
    ///   - limits: bounds that the scanner does not know.
    ///   - gatewayName: the pseudonym for `Via` (RFC 9110 section 7.6.3); a token.
    ///   - out: gets the result appended; after a refusal it is as before.
    /// - Throws: the reason for a refusal; `headTooLarge` also if `out` has no room.
    public static func parse(
        _ head: Span<UInt8>,
        limits: HeadLimits,
        gatewayName: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> RequestHead {
        let mark = out.count
        do throws(Reason) {
            let line = try RequestLine(head)
            let parsed =
                line.method == .connect
                ? try parseTunnel(head, line, limits, gatewayName, &out)
                : try parseExchange(head, line, limits, gatewayName, &out)
            guard !out.overflowed else { throw .headTooLarge }
            return parsed
        } catch {
            out.truncate(to: mark)
            throw error
        }
    }

    private static func parseExchange(
        _ head: Span<UInt8>,
        _ line: RequestLine,
        _ limits: HeadLimits,
        _ gatewayName: Span<UInt8>,
        _ out: inout ByteBuffer
    ) throws(Reason) -> RequestHead {
        let places: Places
        do throws(Reason) {
            let target = try RequestTarget(head, line.target)
            places = try writeLine(head, line, target, head.extracting(target.authority), &out)
        } catch {
            throw RequestTarget.refusal(head.extracting(line.target), for: error)
        }
        return try writeFields(head, line, places, limits, gatewayName, &out)
    }

    /// Writes what follows the request line and `Host`.
    static func writeFields(
        _ head: Span<UInt8>,
        _ line: RequestLine,
        _ places: Places,
        _ limits: HeadLimits,
        _ gatewayName: Span<UInt8>,
        _ out: inout ByteBuffer
    ) throws(Reason) -> RequestHead {
        var fields = RequestFields(line)
        try FieldCopy.write(head, from: line.end, limits, into: &out, noting: &fields)
        try checkHost(head, fields.host, line, places, &out)
        let body = try fields.body()
        try fields.checkJourney(head, gatewayName: gatewayName)
        FieldCopy.writeFraming(body, into: &out)
        fields.writeMaxForwards(into: &out)
        let webSocketKey = try fields.webSocketKey(head, line, body)
        if webSocketKey != nil { WebSocketOpening.writeFields(into: &out) }
        out.append(line.isVersion10 ? "Via: 1.0 " : "Via: 1.1 ")
        out.append(gatewayName)
        out.append("\r\n\r\n")
        return RequestHead(
            method: line.method,
            methodText: line.methodText,
            authority: places.authority,
            authorityText: places.authorityText,
            target: places.target,
            path: places.path,
            proxyAuthorization: fields.proxyAuthorization,
            body: body,
            expectsContinue: fields.hasExpectation && !line.isVersion10
                && body != .none && body != .fixed(0),
            isVersion10: line.isVersion10,
            keepAlive: fields.keepAlive,
            hasConnectionBoundAuthentication: fields.isConnectionBound,
            methodOverrides: fields.overrideLines,
            webSocketKey: webSocketKey
        )
    }

    /// Where the parts of the request line and of `Host` were written.
    struct Places {
        let authority: ParsedAuthority
        let authorityText: Range<Int>
        let target: Range<Int>
        let path: Range<Int>
    }

    /// Writes the origin-form request line and the Host field.
    static func writeLine(
        _ head: Span<UInt8>,
        _ line: RequestLine,
        _ target: RequestTarget,
        _ authorityText: Span<UInt8>,
        _ out: inout ByteBuffer
    ) throws(Reason) -> Places {
        out.append(head, 0..<line.methodText.upperBound + 1)
        let pathStart = out.count
        try CanonicalPath.append(head.extracting(target.path), into: &out)
        let pathEnd = out.count
        let query = head.extracting(target.query)
        try RequestTarget.checkQuery(query)
        out.append(query)
        let targetEnd = out.count
        out.append(" HTTP/1.1\r\nHost: ")
        let hostStart = out.count
        let authority = try AuthorityParser.parse(authorityText, defaultPort: 80, into: &out)
        let hostEnd = out.count
        out.append("\r\n")
        return Places(
            authority: authority,
            authorityText: hostStart..<hostEnd,
            target: pathStart..<targetEnd,
            path: pathStart..<pathEnd
        )
    }

    /// Holds a Host field against the authority that the target named (RFC 9112 section 3.2.2).
    private static func checkHost(
        _ head: Span<UInt8>,
        _ host: Range<Int>?,
        _ line: RequestLine,
        _ places: Places,
        _ out: inout ByteBuffer
    ) throws(Reason) {
        guard let host else {
            if line.isVersion10 { return }
            throw .hostFieldMissing
        }
        let text = head.extracting(host)
        if text.equals(out.bytes.extracting(places.authorityText)) { return }
        let same = names(text, places.authority, defaultPort: 80, &out)
        guard same else { throw .hostFieldMismatch }
    }
}
