// The proof that a server read the opening of a WebSocket.

import ClawgressForward
import Testing

@Suite("Sec-WebSocket-Accept")
struct WebSocketAcceptTests {
    private func stands(_ fields: String..., key: String = "dGhlIHNhbXBsZSBub25jZQ==") -> Bool {
        let text = Array(key.utf8)
        let head = ["HTTP/1.1 101 Switching Protocols"] + fields + ["", ""]
        let bytes = Array(head.joined(separator: "\r\n").utf8)
        return WebSocketAccept(key: text.span).stands(in: bytes.span)
    }

    @Test("is the value of RFC 6455 section 1.3")
    func standard() {
        let accept = "sec-websocket-accept:  s3pPLMBiTxaQ9kYGzzhZRbK+xOo= "
        #expect(stands("Upgrade: websocket", accept))
    }

    @Test(
        "is the value that other programs compute",
        arguments: [
            ("AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
            ("//////////////////////==", "zXRQvy1wi5A4l0hwWYxMN3e2wNk="),
        ]
    )
    func computed(key: String, value: String) {
        #expect(stands("Sec-WebSocket-Accept: \(value)", key: key))
    }

    @Test("is there once, and exactly")
    func others() {
        let right = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        #expect(!stands("Upgrade: websocket"))
        #expect(!stands(right, right))
        #expect(!stands(right, "Sec-WebSocket-Accept: x"))
        #expect(!stands("Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        #expect(!stands("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo"))
        #expect(!stands("Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ=="))
        #expect(!stands("Sec-WebSocket-Accept:"))
    }
}
