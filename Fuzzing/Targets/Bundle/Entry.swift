// What a publisher sends, or whoever can write a gateway's folder. The input is a signed bundle,
// or the JSON of a snapshot, around which a good signature is then put.

import ClawgressBytes
import FuzzShared

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
public func fuzzBundle(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    withFuzzInput(start, count) { input in
        let bytes = input.array()
        BundleCheck.check(bytes)
        if let snapshot = SnapshotCheck.read(bytes) {
            SnapshotCheck.check(snapshot)
            BundleCheck.checkSigned(snapshot)
        }
    }
}
