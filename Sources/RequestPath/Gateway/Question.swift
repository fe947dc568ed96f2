// What policy is asked about a request, as places in a buffer: once on the name, and once more
// for each address that the name turns out to have.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy

/// The canonical request as policy sees it; texts are ranges of the buffer it was made for.
struct Question {
    var kind = HostKind.name
    var isTunnel = false
    var port: UInt16 = 0
    var address = IPAddress(v4: 0)
    var host = 0..<0
    var method = 0..<0
    var path = 0..<0

    init() {}

    /// The question about a parsed head, whose rewritten form is all that `outbound` holds.
    init(_ head: RequestHead, in outbound: inout ByteBuffer) {
        kind = head.authority.kind
        isTunnel = head.isTunnel
        port = head.authority.port
        address = head.authority.address
        host = head.authority.host
        path = head.path
        if head.isTunnel {
            // A tunnel's rewritten form has no request line to find the method in.
            let start = outbound.count
            outbound.append("CONNECT")
            method = start..<outbound.count
        } else {
            method = 0..<head.methodText.count
        }
    }

    /// The query for policy; `texts` is the buffer that the ranges belong to.
    @_lifetime(copy texts)
    func query(_ texts: Span<UInt8>, agent: Int32, now: Int64) -> PolicyQuery {
        PolicyQuery(
            agent: agent,
            host: texts.extracting(host),
            kind: kind,
            address: address,
            port: port,
            isTunnel: isTunnel,
            method: texts.extracting(method),
            path: texts.extracting(path),
            now: now
        )
    }

    /// The same question with its texts copied out of the buffer, to be asked again later.
    func detached(from texts: Span<UInt8>) -> (Question, [UInt8]) {
        var copy = self
        var bytes: [UInt8] = []
        copy.host = Self.append(texts.extracting(host), to: &bytes)
        copy.method = Self.append(texts.extracting(method), to: &bytes)
        copy.path = Self.append(texts.extracting(path), to: &bytes)
        return (copy, bytes)
    }

    private static func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) -> Range<Int> {
        let start = bytes.count
        for index in text.indices { bytes.append(text[index]) }
        return start..<bytes.count
    }
}
