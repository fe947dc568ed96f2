// SHA-256 of an API key's secret. The cryptographic library's hash object is allocated for each
// use; this runs for each request and must not allocate, and a secret is always one block long,
// so the one-block case of FIPS 180-4 is written out here. Tests hold it against the library.

import ClawgressBytes

/// The digest of a secret: what is stored instead of it.
///
/// A fast, unsalted digest is right here, and would be wrong for passwords: the secret has 160
/// random bits, so trying candidates is hopeless at any speed, and no two secrets are equal, so
/// a salt separates nothing. A slow hash would only let strangers spend our time with wrong
/// keys; a keyed hash would put a secret into every gateway without making a stolen list of
/// digests any more useful.
struct SecretDigest: Sendable {
    private var words: InlineArray<8, UInt32>

    /// The digest that stands for keys that do not exist; no secret is known to have it.
    static var ofNoSecret: SecretDigest { SecretDigest(words: .init(repeating: 0)) }

    private init(words: InlineArray<8, UInt32>) {
        self.words = words
    }

    /// Hashes a secret of at most 55 bytes, which fit into one block with its padding.
    init(of secret: Span<UInt8>) {
        precondition(secret.count <= 55, "a secret of more than one block")
        var block = InlineArray<16, UInt32>(repeating: 0)
        for index in secret.indices {
            block[index >> 2] |= UInt32(secret[index]) &<< UInt32(24 &- 8 &* (index & 3))
        }
        block[secret.count >> 2] |= 0x80 &<< UInt32(24 &- 8 &* (secret.count & 3))
        block[15] = UInt32(secret.count &* 8)
        words = Self.compress(block)
    }

    /// Reads 64 hexadecimal digits, or returns nil.
    init?(hexadecimal text: String) {
        guard let bytes = Hexadecimal.decode(text), bytes.count == 32 else { return nil }
        words = .init(repeating: 0)
        for index in 0..<32 {
            words[index >> 2] = words[index >> 2] << 8 | UInt32(bytes[index])
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    var hexadecimal: String {
        var bytes: [UInt8] = []
        for index in 0..<32 {
            let word = words[index >> 2] >> UInt32(24 - 8 * (index & 3))
            bytes.append(UInt8(truncatingIfNeeded: word))
        }
        return Hexadecimal.encode(bytes)
    }

    /// Whether both digests are the same, in time that does not depend on where they differ.
    func equalsInConstantTime(_ other: SecretDigest) -> Bool {
        var difference: UInt32 = 0
        for index in 0..<8 { difference |= words[index] ^ other.words[index] }
        return difference == 0
    }

    /// The compression function on the initial state (FIPS 180-4 section 6.2.2).
    ///
    /// The eight working variables have the standard's names and are locals, so that they can be
    /// registers.
    private static func compress(_ block: InlineArray<16, UInt32>) -> InlineArray<8, UInt32> {
        let initial: InlineArray<8, UInt32> = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
            0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
        let schedule = expanded(block)
        // Read by a span: the array itself would be copied for each word.
        let words = schedule.span
        var (a, b, c, d) = (initial[0], initial[1], initial[2], initial[3])
        var (e, f, g, h) = (initial[4], initial[5], initial[6], initial[7])
        for round in 0..<64 {
            let choice = (e & f) ^ (~e & g)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let first =
                h &+ rotated(e, 6, 11, 25) &+ choice
                &+ roundConstants[round] &+ words[round]
            let second = rotated(a, 2, 13, 22) &+ majority
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        return [
            initial[0] &+ a, initial[1] &+ b, initial[2] &+ c, initial[3] &+ d,
            initial[4] &+ e, initial[5] &+ f, initial[6] &+ g, initial[7] &+ h,
        ]
    }

    /// The message schedule: the block, and 48 words that follow from it.
    private static func expanded(_ block: InlineArray<16, UInt32>) -> InlineArray<64, UInt32> {
        var schedule = InlineArray<64, UInt32>(repeating: 0)
        for index in 0..<16 { schedule[index] = block[index] }
        for index in 16..<64 {
            let early = schedule[index &- 15]
            let late = schedule[index &- 2]
            let first = rotate(early, 7) ^ rotate(early, 18) ^ (early &>> 3)
            let second = rotate(late, 17) ^ rotate(late, 19) ^ (late &>> 10)
            schedule[index] = schedule[index &- 16] &+ first &+ schedule[index &- 7] &+ second
        }
        return schedule
    }

    private static func rotated(_ word: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt32 {
        rotate(word, a) ^ rotate(word, b) ^ rotate(word, c)
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word &>> count | word &<< (32 &- count)
    }

    private static let roundConstants: InlineArray<64, UInt32> = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5,
        0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
        0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc,
        0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
        0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
        0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3,
        0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5,
        0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
        0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
