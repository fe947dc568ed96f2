// The answer of the gateway itself: what was decided and why, for programs in fields and for
// people in a short JSON body.

public import ClawgressBytes
public import ClawgressModel

/// An answer that the gateway gives instead of the origin's.
///
/// The body is problem details (RFC 9457). What it says must help an honest user and coach
/// nobody: it names the policy that decided and no other.
public struct DenialAnswer: Sendable {
    /// Why.
    public var reason: Reason
    /// What was decided.
    public var decision: Decision
    /// The request's name.
    public var requestID: RequestID
    /// After how many seconds it is worth trying again.
    public var retryAfterSeconds: Int?
    /// The limit that was hit.
    public var rateLimit: RateLimit?
    /// Whether the agent's connection is closed after the answer.
    public var close: Bool
    /// Whether the agent speaks HTTP/1.0.
    public var isVersion10: Bool
    /// Whether the request was HEAD, so that only the head is sent.
    public var isHead: Bool

    /// Assembles an answer.
    public init(
        reason: Reason,
        decision: Decision,
        requestID: RequestID,
        retryAfterSeconds: Int? = nil,
        rateLimit: RateLimit? = nil,
        close: Bool,
        isVersion10: Bool = false,
        isHead: Bool = false
    ) {
        self.reason = reason
        self.decision = decision
        self.requestID = requestID
        self.retryAfterSeconds = retryAfterSeconds
        self.rateLimit = rateLimit
        self.close = close
        self.isVersion10 = isVersion10
        self.isHead = isHead
    }

    /// Writes the whole answer.
    ///
    /// - Parameters:
    ///   - policyID: the deciding policy or the reserved id.
    ///   - out: gets the answer appended; 2 KiB are always enough for a valid policy id.
    public func write(policyID: Span<UInt8>, into out: inout ByteBuffer) {
        // The body is written twice: the first time only to learn its length.
        let mark = out.count
        writeBody(policyID, into: &out)
        let length = out.count - mark
        out.truncate(to: mark)
        writeHead(policyID, length, into: &out)
        if !isHead { writeBody(policyID, into: &out) }
    }

    private func writeHead(
        _ policyID: Span<UInt8>,
        _ length: Int,
        into out: inout ByteBuffer
    ) {
        out.append("HTTP/1.1 ")
        out.append(decimal: reason.status)
        out.append(" ")
        out.append(StatusPhrase.text(of: reason.status))
        out.append("\r\nContent-Type: application/problem+json\r\nContent-Length: ")
        out.append(decimal: length)
        out.append("\r\nCache-Control: no-store\r\nClawgress-Decision: ")
        out.append(decision.name)
        out.append("\r\nClawgress-Reason: ")
        out.append(reason.name)
        out.append("\r\nClawgress-Policy: ")
        out.append(policyID)
        out.append("\r\nClawgress-Request-Id: ")
        requestID.write(to: &out)
        out.append("\r\n")
        if reason.status == 407 {
            out.append("Proxy-Authenticate: Basic realm=\"clawgress\"\r\n")
            out.append("Proxy-Authenticate: Bearer realm=\"clawgress\"\r\n")
        }
        if let retryAfterSeconds {
            out.append("Retry-After: ")
            out.append(decimal: retryAfterSeconds)
            out.append("\r\n")
        }
        rateLimit?.write(into: &out)
        if close {
            out.append("Connection: close\r\n")
        } else if isVersion10 {
            out.append("Connection: keep-alive\r\n")
        }
        out.append("\r\n")
    }

    private func writeBody(_ policyID: Span<UInt8>, into out: inout ByteBuffer) {
        out.append("{\"type\":\"about:blank\",\"title\":\"")
        out.append(StatusPhrase.text(of: reason.status))
        out.append("\",\"status\":")
        out.append(decimal: reason.status)
        out.append(",\"detail\":\"")
        out.append(reason.sentence)
        out.append("\",\"decision\":\"")
        out.append(decision.name)
        out.append("\",\"reason\":\"")
        out.append(reason.name)
        out.append("\",\"policy_id\":\"")
        JSONText.write(policyID, into: &out)
        out.append("\",\"request_id\":\"")
        requestID.write(to: &out)
        out.append("\"}\n")
    }
}
