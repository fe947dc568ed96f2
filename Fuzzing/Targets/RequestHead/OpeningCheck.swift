// The same bytes as the first ones in a tunnel: whatever the request path would take for a request
// is told as one, from the first line and whatever the cuts; and a request in a tunnel is written
// as the same request outside of it.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import FuzzShared

enum OpeningCheck {
    private static let limit = 16_384
    private static let authority = Array("example.com:8080".utf8)

    /// - Parameters:
    ///   - bytes: all that came.
    ///   - head: the head at its front, if there is a whole one.
    static func check(_ bytes: [UInt8], head: [UInt8]?) {
        let whole = TunnelOpening.judge(bytes.span, limit: limit)
        for end in cutPoints(of: bytes) {
            let early = TunnelOpening.judge(bytes.span.extracting(0..<end), limit: limit)
            require(
                early == .undecided || early == whole,
                "\(early) after \(end) bytes, then \(whole)"
            )
        }
        guard let head else { return }
        let isUsual = head.prefix(65).contains(UInt8(ascii: " "))
        if isUsual, written(head) != nil || writtenInTunnel(head) != nil {
            require(whole == .request, "a request that passes a tunnel as \(whole)")
        }
        checkAgainstAbsolute(head)
    }

    /// A request in a tunnel and the one that names the authority itself.
    private static func checkAgainstAbsolute(_ head: [UInt8]) {
        guard let inside = writtenInTunnel(head),
            let space = head.firstIndex(of: UInt8(ascii: " "))
        else { return }
        require(head[space + 1] == UInt8(ascii: "/"), "a target that is no path")
        let outside = head[...space] + Array("http://".utf8) + authority + head[(space + 1)...]
        require(written(Array(outside)) == inside, "another request than outside of the tunnel")
    }

    private static func written(_ head: [UInt8]) -> [UInt8]? {
        var out = ByteBuffer(capacity: 131_072)
        let name = Array("gw-1".utf8)
        do throws(Reason) {
            _ = try RequestHead.parse(
                head.span,
                limits: HeadLimits(fieldCount: 64),
                gatewayName: name.span,
                into: &out
            )
            return out.bytes.array()
        } catch {
            return nil
        }
    }

    private static func writtenInTunnel(_ head: [UInt8]) -> [UInt8]? {
        var out = ByteBuffer(capacity: 131_072)
        let name = Array("gw-1".utf8)
        do throws(Reason) {
            _ = try RequestHead.parse(
                head.span,
                inTunnelTo: authority.span,
                limits: HeadLimits(fieldCount: 64),
                gatewayName: name.span,
                into: &out
            )
            return out.bytes.array()
        } catch {
            return nil
        }
    }
}
