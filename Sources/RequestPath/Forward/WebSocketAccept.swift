// How a server proves that it read the opening of a WebSocket, and did not only say 101: a server
// that would say it to anything makes a tunnel of requests that it takes for something else.

import ClawgressBytes

/// The value that `Sec-WebSocket-Accept` must have (RFC 6455 section 4.2.2).
public struct WebSocketAccept: Sendable, Equatable {
    /// What stands in the standard for this purpose and for no other.
    private static var identifier: StaticString { "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" }

    private let text: [UInt8]

    /// The value for a key.
    ///
    /// - Parameter key: `Sec-WebSocket-Key` as it was sent.
    public init(key: Span<UInt8>) {
        var message = ByteBuffer(capacity: key.count + 36)
        message.append(key)
        message.append(Self.identifier)
        text = Array(Base64.encode(SHA1.hash(message.bytes), .standard).utf8)
    }

    /// Whether an answer's head has the value, once and no other.
    ///
    /// - Parameter head: a whole head.
    public func stands(in head: Span<UInt8>) -> Bool {
        guard let feed = head.firstIndex(of: UInt8(ascii: "\n")) else { return false }
        var index = feed + 1
        var count = 0
        while index < head.count, !FieldLine.isEnd(head, index) {
            guard let field = try? FieldLine(head, at: index) else { return false }
            index = field.line.upperBound
            let name = head.extracting(field.name)
            guard name.equalsIgnoringCase("sec-websocket-accept") else { continue }
            guard head.extracting(field.value).equals(text.span) else { return false }
            count += 1
        }
        return count == 1
    }
}
