// What the fields of a request say about framing, routing and identity, collected line by line.

import ClawgressBytes
import ClawgressModel

/// The fields of one request head that the gateway acts on.
struct RequestFields: FieldSet {
    let isVersion10: Bool
    let isTunnel: Bool
    private(set) var host: Range<Int>?
    private(set) var contentLength: UInt64?
    private(set) var isChunked = false
    private(set) var hasExpectation = false
    private(set) var proxyAuthorization: Range<Int>?
    private(set) var isConnectionBound = false
    private(set) var options = ConnectionOptions()

    /// Begins with nothing said.
    init(_ line: RequestLine) {
        isVersion10 = line.isVersion10
        isTunnel = line.method == .connect
    }

    /// Takes note of one field line.
    mutating func add(_ field: FieldLine, of head: Span<UInt8>) throws(Reason) {
        switch field.kind {
        case .other, .via, .trailer, .authenticate, .keepAlive, .te, .upgrade, .proxyOther,
            .clawgress:
            break
        case .host:
            guard host == nil else { throw .hostFieldMismatch }
            host = field.value
        case .connection:
            try options.add(field.value, of: head)
        case .contentLength:
            guard contentLength == nil else { throw .contentLengthMalformed }
            contentLength = try FieldValue.length(head.extracting(field.value))
        case .transferEncoding:
            guard !isChunked, head.extracting(field.value).equalsIgnoringCase("chunked") else {
                throw .transferCodingRefused
            }
            isChunked = true
        case .expect:
            guard head.extracting(field.value).equalsIgnoringCase("100-continue") else {
                throw .expectationUnsupported
            }
            hasExpectation = true
        case .proxyAuthorization:
            guard proxyAuthorization == nil else { throw .credentialsMalformed }
            proxyAuthorization = field.value
        case .authorization:
            isConnectionBound =
                isConnectionBound
                || FieldValue.bindsConnection(head.extracting(field.value))
        }
    }

    /// The framing of the request's content (RFC 9112 section 6.3).
    ///
    /// - Throws: `framingAmbiguous` if two fields disagree about it, a version before chunked
    ///   uses it, or a tunnel request claims content.
    func body() throws(Reason) -> BodyLength {
        if isChunked {
            guard contentLength == nil, !isVersion10, !isTunnel else {
                throw .framingAmbiguous
            }
            return .chunked
        }
        guard let contentLength else { return .none }
        guard isTunnel else { return .fixed(contentLength) }
        // Some clients say about a CONNECT that it has no content; that it has some is absurd.
        guard contentLength == 0 else { throw .framingAmbiguous }
        return .none
    }

    /// Whether the connection persists after the exchange (RFC 9112 section 9.3).
    var keepAlive: Bool { options.persists(isVersion10: isVersion10) }

    /// Whether the line is left out of what goes upstream; Host and the framing fields are
    /// written anew, and a 1.0 client cannot wait for an interim answer.
    func drops(_ field: FieldLine) -> Bool {
        switch field.kind {
        case .host, .contentLength: true
        case .expect: isVersion10
        default: field.kind.endsHere
        }
    }
}
