// The answer that opens a tunnel.

public import ClawgressBytes
public import ClawgressModel

/// The answer to a CONNECT that was allowed and connected.
public enum TunnelAnswer {
    /// Writes the head; tunnel bytes follow it (RFC 9110 section 9.3.6).
    public static func write(requestID: RequestID, into out: inout ByteBuffer) {
        out.append("HTTP/1.1 200 Connection established\r\nClawgress-Request-Id: ")
        requestID.write(to: &out)
        out.append("\r\n\r\n")
    }
}
