// What the two sides say about changing the protocol of their connection. One change is passed
// on, to WebSockets (RFC 6455): what flows after any other one, nobody here could tell apart.

import ClawgressBytes
import ClawgressModel

/// The protocols of all Upgrade fields of one head (RFC 9110 section 7.8).
struct UpgradeWish: BitwiseCopyable {
    private var webSockets = 0
    private var hasOthers = false

    /// Adds the protocols of one field value.
    ///
    /// What is no list of protocols counts as a protocol that is not known.
    mutating func add(_ value: Span<UInt8>) {
        var start = 0
        while start < value.count {
            let comma = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
            let name = Self.trimmed(value.extracting(start..<comma))
            if name.equalsIgnoringCase("websocket") {
                webSockets += 1
            } else if name.count > 0 {
                hasOthers = true
            }
            start = comma + 1
        }
    }

    /// Whether WebSockets are among the protocols.
    var namesWebSocket: Bool { webSockets > 0 }

    /// Whether there is exactly one protocol, and it is that one.
    var isWebSocket: Bool { webSockets == 1 && !hasOthers }

    @_lifetime(copy text)
    private static func trimmed(_ text: Span<UInt8>) -> Span<UInt8> {
        var start = 0
        var end = text.count
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return text.extracting(start..<end)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}

/// The fields with which a client opens a WebSocket (RFC 6455 section 4.1).
enum WebSocketOpening {
    /// The key, if key and version are among the fields that begin at `start`, once each, and are
    /// what the protocol says; else nil.
    ///
    /// Only asked of the few requests that want a WebSocket, so a second walk does not matter.
    static func key(_ head: Span<UInt8>, from start: Int) throws(Reason) -> Range<Int>? {
        var key: Range<Int>?
        var versions = 0
        var index = start
        while !FieldLine.isEnd(head, index) {
            let field = try FieldLine(head, at: index)
            let name = head.extracting(field.name)
            if name.equalsIgnoringCase("sec-websocket-key") {
                guard key == nil, isKey(head.extracting(field.value)) else { return nil }
                key = field.value
            } else if name.equalsIgnoringCase("sec-websocket-version") {
                guard head.extracting(field.value).equals("13") else { return nil }
                versions += 1
            }
            index = field.line.upperBound
        }
        return versions == 1 ? key : nil
    }

    /// Whether `text` is sixteen bytes in Base64.
    private static func isKey(_ text: Span<UInt8>) -> Bool {
        guard text.count == 24, text[22] == UInt8(ascii: "="), text[23] == UInt8(ascii: "=") else {
            return false
        }
        for index in 0..<22 where !isBase64(text[index]) { return false }
        return true
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "/")
    }

    /// What is written anew in either direction: the old fields ended here.
    static func writeFields(into out: inout ByteBuffer) {
        out.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
    }
}
