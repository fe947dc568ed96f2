// The last record to a client that speaks TLS, byte by byte: its own library will read it.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("TLS alerts")
struct TLSAlertTests {
    @Test(
        "are one fatal record with the description that fits",
        arguments: [
            (Reason.tlsHelloMalformed, 50), (.sniMissing, 109), (.sniMismatch, 112),
            (.sniUnexpected, 112), (.sniChanged, 47), (.echRefused, 40), (.tlsHelloTooLarge, 40),
            (.tlsHelloTimedOut, 40),
        ] as [(Reason, UInt8)]
    )
    func record(reason: Reason, description: UInt8) {
        var out = ByteBuffer(capacity: 16)
        TLSAlert.write(for: reason, into: &out)
        #expect(out.bytes.array() == [21, 3, 3, 0, 2, 2, description])
    }

    @Test("are not for clients that speak something else")
    func notTLS() {
        var out = ByteBuffer(capacity: 16)
        TLSAlert.write(for: .tunnelNotTLS, into: &out)
        let isEmpty = out.isEmpty
        #expect(isEmpty)
    }
}
