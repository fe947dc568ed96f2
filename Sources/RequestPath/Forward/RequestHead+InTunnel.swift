// A request within a tunnel: the client takes the tunnel for the origin itself, so it names only
// a path, and the authority is the one that the tunnel was opened for.

public import ClawgressBytes
public import ClawgressModel

extension RequestHead {
    /// Parses one complete head that came in a tunnel, and appends to `out` what goes upstream.
    ///
    /// As ``parse(_:limits:gatewayName:into:)``, but for the target, which is in origin form
    /// (RFC 9112 section 3.2.1), and for `Host`, which must name the tunnel's authority. Another
    /// form would name an authority of its own, and another `Host` another one.
    ///
    /// - Parameters:
    ///   - head: exactly one head as ``HeadScanner`` found it.
    ///   - authority: `host:port` of the CONNECT, canonical.
    ///   - limits: bounds that the scanner does not know.
    ///   - gatewayName: the pseudonym for `Via`.
    ///   - out: gets the result appended; after a refusal it is as before.
    /// - Throws: the reason for a refusal; `targetFormUnsupported` for every other form of target
    ///   and for CONNECT.
    public static func parse(
        _ head: Span<UInt8>,
        inTunnelTo authority: Span<UInt8>,
        limits: HeadLimits,
        gatewayName: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> RequestHead {
        let mark = out.count
        do throws(Reason) {
            let line = try RequestLine(head)
            let places = try writeLine(head, line, authority, &out)
            let parsed = try writeFields(head, line, places, limits, gatewayName, &out)
            guard !out.overflowed else { throw .headTooLarge }
            return parsed
        } catch {
            out.truncate(to: mark)
            throw error
        }
    }

    private static func writeLine(
        _ head: Span<UInt8>,
        _ line: RequestLine,
        _ authority: Span<UInt8>,
        _ out: inout ByteBuffer
    ) throws(Reason) -> Places {
        do throws(Reason) {
            let target = try RequestTarget(originForm: head, line)
            return try writeLine(head, line, target, authority, &out)
        } catch {
            throw RequestTarget.refusal(head.extracting(line.target), for: error)
        }
    }
}
