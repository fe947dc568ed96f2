// What an origin answers. The input is what stands on its connection from the answer's first
// byte on.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzResponseHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        guard let head = ResponseScan.check(input.array()) else { return }
        for context in ResponseRewrite.contexts { ResponseRewrite.check(head, context) }
    }
}
