// What the fields of an answer say about framing and about the connection.

import ClawgressBytes
import ClawgressModel

/// The fields of one response head that the gateway acts on.
struct ResponseFields: FieldSet {
    let status: StatusLine
    private(set) var contentLength: UInt64?
    private(set) var isChunked = false
    private(set) var bindsConnection = false
    private(set) var options = ConnectionOptions()
    private var upgrade = UpgradeWish()

    /// Begins with nothing said.
    init(_ status: StatusLine) {
        self.status = status
    }

    /// Takes note of one field line.
    mutating func add(_ field: FieldLine, of head: Span<UInt8>) throws(Reason) {
        switch field.kind {
        case .connection:
            try options.add(field.value, of: head)
        case .upgrade:
            upgrade.add(head.extracting(field.value))
        case .contentLength:
            guard contentLength == nil else { throw .upstreamMalformed }
            contentLength = try FieldValue.length(head.extracting(field.value))
        case .transferEncoding:
            guard !isChunked, head.extracting(field.value).equalsIgnoringCase("chunked") else {
                throw .upstreamMalformed
            }
            isChunked = true
        case .authenticate:
            bindsConnection =
                bindsConnection
                || FieldValue.bindsConnection(head.extracting(field.value))
        default:
            break
        }
    }

    /// Whether the line is left out.
    ///
    /// A status without content has no length either.
    func drops(_ field: FieldLine) -> Bool {
        field.kind == .contentLength ? status.isBodiless : field.kind.endsHere
    }

    /// The framing of the content (RFC 9112 section 6.3).
    func body(isHead: Bool) throws(Reason) -> BodyLength {
        if isChunked, contentLength != nil || status.isVersion10 { throw .upstreamMalformed }
        if isHead || status.isBodiless || status.code == 304 { return .none }
        if isChunked { return .chunked }
        return contentLength.map { .fixed($0) } ?? .untilClose
    }

    /// Holds an answer with status 101 to what was asked for: a WebSocket, and nothing before it.
    ///
    /// - Throws: `upstreamMalformed`.
    func requireWebSocket() throws(Reason) {
        guard upgrade.isWebSocket, options.upgrades, !status.isVersion10, !isChunked,
            contentLength ?? 0 == 0
        else { throw .upstreamMalformed }
    }

    /// Whether the upstream connection persists.
    ///
    /// Content announced where there can be none may follow or may not, so nothing more is read
    /// from such a connection.
    func keepAlive(_ body: BodyLength) -> Bool {
        let isDoubtful = status.isBodiless && (isChunked || contentLength ?? 0 > 0)
        return body != .untilClose && !isDoubtful
            && options.persists(isVersion10: status.isVersion10)
    }
}
