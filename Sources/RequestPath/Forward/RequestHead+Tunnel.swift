// CONNECT names an authority and nothing else, and what follows its head is no HTTP: so only
// the authority is written, and the fields are judged but go nowhere.

import ClawgressBytes
import ClawgressModel

extension RequestHead {
    /// Parses the rest of a CONNECT request and writes its canonical authority.
    static func parseTunnel(
        _ head: Span<UInt8>,
        _ line: RequestLine,
        _ limits: HeadLimits,
        _ gatewayName: Span<UInt8>,
        _ out: inout ByteBuffer
    ) throws(Reason) -> RequestHead {
        let start = out.count
        let target = head.extracting(line.target)
        let authority: ParsedAuthority
        do throws(Reason) {
            if target.firstIndex(of: UInt8(ascii: "/")) != nil { throw .targetFormUnsupported }
            authority = try AuthorityParser.parse(target, defaultPort: nil, into: &out)
        } catch {
            throw RequestTarget.refusal(target, for: error)
        }
        let text = start..<out.count
        // The fields are judged like those of any request, but none of them goes anywhere.
        var fields = RequestFields(line)
        try FieldCopy.write(head, from: line.end, limits, into: &out, noting: &fields)
        out.truncate(to: text.upperBound)
        try checkTunnelHost(head, fields.host, line, authority, text, &out)
        try fields.checkJourney(head, gatewayName: gatewayName)
        return RequestHead(
            method: line.method,
            methodText: line.methodText,
            authority: authority,
            authorityText: text,
            target: text.upperBound..<text.upperBound,
            path: text.upperBound..<text.upperBound,
            proxyAuthorization: fields.proxyAuthorization,
            body: try fields.body(),
            expectsContinue: false,
            isVersion10: line.isVersion10,
            keepAlive: fields.keepAlive,
            hasConnectionBoundAuthentication: fields.isConnectionBound,
            methodOverrides: nil,
            webSocketKey: nil
        )
    }

    /// Holds a Host field against the target's authority.
    ///
    /// Widely used clients leave the port out of Host where it is the default of the scheme
    /// that they tunnel; there the field says no other authority.
    private static func checkTunnelHost(
        _ head: Span<UInt8>,
        _ host: Range<Int>?,
        _ line: RequestLine,
        _ authority: ParsedAuthority,
        _ canonical: Range<Int>,
        _ out: inout ByteBuffer
    ) throws(Reason) {
        guard let host else {
            if line.isVersion10 { return }
            throw .hostFieldMissing
        }
        let text = head.extracting(host)
        if text.equals(out.bytes.extracting(canonical)) { return }
        let isWellKnown = authority.port == 443 || authority.port == 80
        let same = names(text, authority, defaultPort: isWellKnown ? authority.port : nil, &out)
        guard same else { throw .hostFieldMismatch }
    }

    /// Whether `text` is another spelling of an authority that stands in `out`.
    static func names(
        _ text: Span<UInt8>,
        _ authority: ParsedAuthority,
        defaultPort: UInt16?,
        _ out: inout ByteBuffer
    ) -> Bool {
        let mark = out.count
        defer { out.truncate(to: mark) }
        do throws(Reason) {
            let other = try AuthorityParser.parse(text, defaultPort: defaultPort, into: &out)
            let bytes = out.bytes
            return other.port == authority.port && !out.overflowed
                && bytes.extracting(other.host).equals(bytes.extracting(authority.host))
        } catch {
            return false
        }
    }
}
