// The body of a batch that was packed. The input is a gzip that somebody sent, and also what one of ours
// would hold.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzGzip(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        MemberCheck.check(bytes)
        ContentCheck.check(bytes)
    }
}
