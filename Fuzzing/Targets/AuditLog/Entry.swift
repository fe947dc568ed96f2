// What is read of a transparency log that comes from somebody else: its checkpoint, entries, paths,
// proofs and keys. The input is one of these, or a file that takes the place of one in a small log.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzAuditLog(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        TextCheck.check(bytes)
        RecordCheck.check(bytes)
        FileCheck.check(bytes)
    }
}
