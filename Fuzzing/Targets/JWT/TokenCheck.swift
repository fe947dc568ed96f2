// A token is accepted only if everything that makes it one can be seen in it, and it has one
// spelling.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressModel
import Crypto
import FuzzShared

enum TokenCheck {
    /// A token of these texts with a good signature.
    static func signed(header: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) -> [UInt8] {
        let parts = [Array(header), Array(payload), DoubleSignature.good]
        return Array(parts.map { Base64.encode($0, .urlSafe) }.joined(separator: ".").utf8)
    }

    static func check(_ token: [UInt8]) {
        guard let verifier = Registry.verifier else {
            return require(false, "the registry does not compile")
        }
        let verdict = verifier.verify(token.span, now: Registry.now)
        require(verifier.verify(token.span, now: Registry.now) == verdict, "two verdicts")
        guard let text = parse(token) else {
            return require(!isAccepted(verdict), "accepted, and no compact JWS")
        }
        checkSpelling(token, text)
        guard case .accepted(let proof) = verdict else { return }
        require(DoubleSignature.isGood(text.signature), "accepted with a bad signature")
        ClaimsReading.check(proof, text)
        checkForgery(token, verifier)
    }

    private static func isAccepted(_ verdict: TokenVerdict) -> Bool {
        if case .accepted = verdict { true } else { false }
    }

    private static func parse(_ token: [UInt8]) -> CompactJWS? {
        try? CompactJWS(parsing: token.span)
    }

    /// The parts, encoded again, are the token.
    private static func checkSpelling(_ token: [UInt8], _ text: CompactJWS) {
        let signature = Base64.encode(text.signature, .urlSafe)
        let whole = text.signingInput + [UInt8(ascii: ".")] + Array(signature.utf8)
        require(whole == token, "a signature with two spellings")
        let payload = Array(Base64.encode(text.payload, .urlSafe).utf8)
        let middle = text.signingInput.suffix(payload.count)
        require(Array(middle) == payload, "a payload with two spellings")
        for other in [token + [UInt8(ascii: "=")], token + [UInt8(ascii: "\n")], [32] + token] {
            require(parse(other) == nil, "a token with something around it")
        }
    }

    /// The same token with another signature.
    private static func checkForgery(_ token: [UInt8], _ verifier: TokenVerifier) {
        guard let dot = token.lastIndex(of: UInt8(ascii: ".")) else { return }
        let forged = token[...dot] + Array("A".utf8) + token[(dot + 2)...]
        require(
            verifier.verify(Array(forged).span, now: Registry.now)
                == .refused(.tokenSignatureInvalid),
            "a forged signature is not what is wrong with a forged token"
        )
    }
}
