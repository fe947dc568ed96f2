// A field value is a key, a token or refused; what is found lies inside what was decoded.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import FuzzShared

enum CredentialCheck {
    static func check(_ value: [UInt8]) {
        var scratch = ByteBuffer(capacity: max(value.count, 1))
        do throws(IdentityRefusal) {
            let credential = try Credential.parse(value.span, into: &scratch)
            require(!scratch.overflowed, "decoded into less room than it takes")
            let found = ranges(of: credential)
            require(
                found.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= scratch.count },
                "a part outside of what was decoded"
            )
            require(scratch.bytes.array().allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a stray byte")
        } catch {
            require(!error.reason.name.description.isEmpty, "refused without a reason")
        }
    }

    private static func ranges(of credential: Credential) -> [Range<Int>] {
        switch credential {
        case .key(let agent, let keyID, let secret): [agent, keyID, secret]
        case .token(let token, let claimedAgent): [token, claimedAgent ?? 0..<0]
        }
    }
}
