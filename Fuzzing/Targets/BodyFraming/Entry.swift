// What follows a head. The input is content of unknown length and whatever comes behind it.

import ClawgressBytes
import ClawgressForward
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzBodyFraming(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        let half = UInt64(bytes.count / 2)
        for length: BodyLength in [
            .chunked, .none, .untilClose, .fixed(half), .fixed(half + 1), .fixed(2 * half + 2),
        ] {
            BodyCheck.check(bytes, as: length)
        }
    }
}
