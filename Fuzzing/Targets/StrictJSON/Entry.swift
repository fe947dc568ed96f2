// The JSON of signed texts, keys and claims. The input is one JSON text.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzStrictJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in JSONCheck.check(input.array()) }
}
