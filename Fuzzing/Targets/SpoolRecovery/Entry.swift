// What a killed gateway, a full disk or a neighbour left in the spool. The input is one segment
// file as it is, which begins with the format's magic word, or a description of several; see
// `SegmentText`.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzSpoolRecovery(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        RecoveryCheck.check(SegmentText.files(input.array()))
    }
}
