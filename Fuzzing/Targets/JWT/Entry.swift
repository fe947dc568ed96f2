// What an agent offers as proof of who it is. The input is one of
//
// - a token in compact form, as it stands in a request;
// - two JSON texts with a line feed between, which become a token with a good signature;
// - the value of `Proxy-Authorization`;
// - a public key as JWK.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzJWT(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        CredentialCheck.check(bytes)
        KeyCheck.check(bytes)
        TokenCheck.check(bytes)
        if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            TokenCheck.check(
                TokenCheck.signed(header: bytes[..<end], payload: bytes[(end + 1)...])
            )
        }
    }
}
