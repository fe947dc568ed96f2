// What an agent sends first. The input is what stands on its connection: empty lines, a head,
// and whatever follows it.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzRequestHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        let head = RequestScan.check(bytes)
        if let head { RequestRewrite.check(head) }
        OpeningCheck.check(bytes, head: head)
    }
}
