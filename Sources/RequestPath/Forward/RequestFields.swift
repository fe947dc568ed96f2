// What the fields of a request say about framing, routing and identity, collected line by line.

import ClawgressBytes
import ClawgressModel

/// The fields of one request head that the gateway acts on.
struct RequestFields: FieldSet {
    let isVersion10: Bool
    let isTunnel: Bool
    private let isOptions: Bool
    private(set) var host: Range<Int>?
    private(set) var contentLength: UInt64?
    private(set) var isChunked = false
    private(set) var hasExpectation = false
    private(set) var proxyAuthorization: Range<Int>?
    private(set) var isConnectionBound = false
    /// The hops that an OPTIONS may still take; other methods may ignore the field
    /// (RFC 9110 section 7.6.2), so it passes with them.
    private(set) var maxForwards: UInt64?
    /// The stretch of the head in which every Via line stands, for the rare second look.
    private(set) var viaLines: Range<Int>?
    /// Likewise for the fields that name a second method.
    private(set) var overrideLines: Range<Int>?
    private(set) var options = ConnectionOptions()
    private var upgrade = UpgradeWish()

    /// Begins with nothing said.
    init(_ line: RequestLine) {
        isVersion10 = line.isVersion10
        isTunnel = line.method == .connect
        isOptions = line.method == .options
    }

    /// Takes note of one field line.
    mutating func add(_ field: FieldLine, of head: Span<UInt8>) throws(Reason) {
        switch field.kind {
        case .other, .trailer, .authenticate, .keepAlive, .te, .proxyOther, .clawgress:
            break
        case .upgrade:
            upgrade.add(head.extracting(field.value))
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
        case .via:
            viaLines = Self.extended(viaLines, by: field)
        case .methodOverride:
            overrideLines = Self.extended(overrideLines, by: field)
        case .maxForwards:
            if isOptions { try addMaxForwards(head.extracting(field.value)) }
        case .framingLookalike:
            // Servers that pass fields on as CGI variables cannot tell `_` from `-`.
            throw .framingAmbiguous
        }
    }

    private mutating func addMaxForwards(_ value: Span<UInt8>) throws(Reason) {
        guard maxForwards == nil else { throw .fieldLineMalformed }
        maxForwards = try FieldValue.hops(value)
    }

    private static func extended(_ lines: Range<Int>?, by field: FieldLine) -> Range<Int> {
        (lines?.lowerBound ?? field.line.lowerBound)..<field.line.upperBound
    }

    /// Refuses what must not travel on: a request that was here before (RFC 9110 section 7.6.3)
    /// or has come as far as it may.
    func checkJourney(_ head: Span<UInt8>, gatewayName: Span<UInt8>) throws(Reason) {
        if let viaLines, try ViaField.names(gatewayName, in: viaLines, of: head) {
            throw .loopDetected
        }
        if maxForwards == 0 { throw .maxForwardsExhausted }
    }

    /// Writes how far the request may go behind us.
    func writeMaxForwards(into out: inout ByteBuffer) {
        guard let maxForwards, maxForwards > 0 else { return }
        out.append("Max-Forwards: ")
        out.append(decimal: UInt(maxForwards - 1))
        out.append("\r\n")
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

    /// The key of the WebSocket that the request asks for; nil if it asks for none.
    ///
    /// A wish for other protocols alone is passed over, as is any wish in HTTP/1.0 (RFC 9110
    /// section 7.8): the field ends here, and the request is an ordinary one.
    ///
    /// - Throws: `upgradeRefused` for a wish that names WebSockets and is not exactly the opening
    ///   of one.
    func webSocketKey(
        _ head: Span<UInt8>,
        _ line: RequestLine,
        _ body: BodyLength
    ) throws(Reason) -> Range<Int>? {
        guard upgrade.namesWebSocket, !isVersion10 else { return nil }
        guard upgrade.isWebSocket, options.upgrades, line.method == .get,
            body == .none || body == .fixed(0),
            let key = try WebSocketOpening.key(head, from: line.end)
        else { throw .upgradeRefused }
        return key
    }

    /// Whether the connection persists after the exchange (RFC 9112 section 9.3).
    var keepAlive: Bool { options.persists(isVersion10: isVersion10) }

    /// Whether the line is left out of what goes upstream; Host, the framing fields and the hops
    /// of an OPTIONS are written anew, and a 1.0 client cannot wait for an interim answer.
    func drops(_ field: FieldLine) -> Bool {
        switch field.kind {
        case .host, .contentLength: true
        case .expect: isVersion10
        case .maxForwards: isOptions
        default: field.kind.endsHere
        }
    }
}
