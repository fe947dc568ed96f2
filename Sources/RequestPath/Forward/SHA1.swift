// SHA-1, for the one place where a protocol of this gateway still asks for it: a server proves
// with it that it understood the opening of a WebSocket. It protects nothing.

import ClawgressBytes

/// The hash of FIPS 180-4 section 6.1 over short messages.
enum SHA1 {
    /// The 20 bytes of the hash of `message`.
    static func hash(_ message: Span<UInt8>) -> [UInt8] {
        var state: InlineArray<5, UInt32> = [
            0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0,
        ]
        let blocks = (message.count + 8) / 64 + 1
        for block in 0..<blocks {
            var schedule = InlineArray<80, UInt32>(repeating: 0)
            for word in 0..<16 {
                var value: UInt32 = 0
                for byte in 0..<4 {
                    let place = block * 64 + word * 4 + byte
                    value = value << 8 | UInt32(padded(message, place, of: blocks * 64))
                }
                schedule[word] = value
            }
            for word in 16..<80 {
                let mixed =
                    schedule[word - 3] ^ schedule[word - 8] ^ schedule[word - 14]
                    ^ schedule[word - 16]
                schedule[word] = rotated(mixed, 1)
            }
            compress(schedule, into: &state)
        }
        return state.indices.flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: state[word] >> UInt32($0)) }
        }
    }

    /// A byte of the message with a one, zeroes, and its length in bits behind it.
    private static func padded(_ message: Span<UInt8>, _ place: Int, of end: Int) -> UInt8 {
        if place < message.count { return message[place] }
        if place == message.count { return 0x80 }
        guard place >= end - 8 else { return 0 }
        let bits = UInt64(message.count) * 8
        return UInt8(truncatingIfNeeded: bits >> UInt64(8 * (end - 1 - place)))
    }

    private static func compress(
        _ schedule: InlineArray<80, UInt32>,
        into state: inout InlineArray<5, UInt32>
    ) {
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for round in 0..<80 {
            let (choice, constant): (UInt32, UInt32) =
                switch round {
                case 0..<20: (b & c | ~b & d, 0x5A82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = rotated(a, 5) &+ choice &+ e &+ constant &+ schedule[round]
            (a, b, c, d, e) = (next, a, rotated(b, 30), c, d)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
    }

    private static func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word &<< bits | word &>> (32 - bits)
    }
}
