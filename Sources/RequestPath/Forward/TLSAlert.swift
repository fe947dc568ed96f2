// The last word to a client that speaks TLS: after the 200 it expects nothing else, and it tells
// its user the alert's name, where a bare close would look like a broken network.

public import ClawgressBytes
public import ClawgressModel

/// Fatal alerts (RFC 8446 section 6).
public enum TLSAlert {
    /// Writes the alert that fits the refusal of a ClientHello; nothing for a client that did
    /// not speak TLS.
    ///
    /// In plain text, as alerts are before the server's first flight.
    public static func write(for reason: Reason, into out: inout ByteBuffer) {
        guard reason != .tunnelNotTLS else { return }
        // A record of type alert, version 1.2 as all later versions write it, two bytes long.
        for byte: UInt8 in [21, 3, 3, 0, 2, fatal, description(reason)] { out.append(byte) }
    }

    private static var fatal: UInt8 { 2 }

    private static func description(_ reason: Reason) -> UInt8 {
        switch reason {
        case .sniChanged: 47  // illegal_parameter
        case .tlsHelloMalformed: 50  // decode_error
        case .sniMissing: 109  // missing_extension
        case .sniMismatch, .sniUnexpected: 112  // unrecognized_name
        default: 40  // handshake_failure
        }
    }
}
