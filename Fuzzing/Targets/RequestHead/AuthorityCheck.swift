// The one authority of a request: canonical means that reading it again changes nothing, and an
// address means what the system's own reader takes it for.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import FuzzShared

enum AuthorityCheck {
    static func check(_ first: RequestRewrite.Accepted) {
        let authority = first.head.authority
        checkAgain(first)
        require(CanonicalHost.isCanonical(first.host, authority.kind), "the host is not canonical")
        guard authority.kind == .address else {
            return require(!CanonicalHost.isAddress(first.host), "a name that is an address")
        }
        require(
            CanonicalHost.systemAddress(first.host) == authority.address,
            "an address that the system reads as another one"
        )
    }

    /// Parses the canonical text once more.
    private static func checkAgain(_ first: RequestRewrite.Accepted) {
        var out = ByteBuffer(capacity: 1_024)
        let text = first.authority
        do throws(Reason) {
            let second = try AuthorityParser.parse(
                text.span,
                defaultPort: first.head.isTunnel ? nil : 80,
                into: &out
            )
            require(out.bytes.array() == text, "a canonical authority has a second canonical form")
            require(out.bytes.extracting(second.host).array() == first.host, "another host")
            require(second.port == first.head.authority.port, "another port")
            require(second.kind == first.head.authority.kind, "another kind of host")
            require(second.address == first.head.authority.address, "another address")
        } catch {
            require(false, "a canonical authority is refused with \(error)")
        }
    }
}
