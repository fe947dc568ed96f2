// The name of an open slot, small enough to lie in every connection.

/// Where an exchange's slot is; valid until it is concluded, in the writer that gave it.
public struct SlotHandle: Sendable, Hashable, BitwiseCopyable {
    /// Segment number above, offset in units of eight bytes below.
    let raw: UInt64

    private static var offsetBits: UInt64 { 24 }

    init(raw: UInt64) {
        self.raw = raw
    }

    init(number: UInt64, offset: Int) {
        raw = number &<< Self.offsetBits | UInt64(offset / SlotLayout.alignment)
    }

    var number: UInt64 { raw &>> Self.offsetBits }

    var offset: Int { Int(raw & ((1 &<< Self.offsetBits) &- 1)) * SlotLayout.alignment }
}
