// The first bytes of a tunnel. The input is what an agent sends once its CONNECT was answered.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzClientHello(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        HelloCheck.check(bytes)
        RetryCheck.check(bytes)
    }
}
