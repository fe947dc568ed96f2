// The keyed digest against another implementation's answers: what it protects is worth nothing
// if it only agrees with itself.

import ClawgressBytes
import Testing

@Suite("Keyed digest")
struct KeyedDigestTests {
    /// What OpenSSL 3 says (`openssl mac -macopt size:16 SIPHASH`) of the bytes 0, 1, 2 and so on
    /// under the key 0, 1, … 15; lengths around every boundary of a word.
    private static let vectors: [(count: Int, digest: String)] = [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (1, "da87c1d86b99af44347659119b22fc45"),
        (7, "a1f1ebbed8dbc153c0b84aa61ff08239"),
        (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
        (16, "6ee2a4ca67b054bbfd3315bf85230577"),
        (63, "5150d1772f50834a503e069a973fbd7c"),
        (64, "1eaf077dc0d4cd3f8cad4d383658a74b"),
    ]

    private func hexadecimal(_ value: KeyedDigest.Value) -> String {
        var bytes: [UInt8] = []
        for word in [value.first, value.second] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return Hexadecimal.encode(bytes)
    }

    @Test("agrees with an independent implementation", arguments: vectors)
    func agrees(count: Int, digest: String) {
        let keyed = KeyedDigest(first: 0x0706_0504_0302_0100, second: 0x0F0E_0D0C_0B0A_0908)
        let text = (0..<count).map { UInt8($0) }
        #expect(hexadecimal(keyed.digest(of: text.span)) == digest)
    }

    @Test("depends on every byte, on the length and on the key")
    func dependsOnEverything() {
        let keyed = KeyedDigest(first: 1, second: 2)
        let text = [UInt8](repeating: 0, count: 20)
        let digest = keyed.digest(of: text.span)
        for index in text.indices {
            var other = text
            other[index] = 1
            #expect(keyed.digest(of: other.span) != digest)
        }
        let longer = text + [0]
        #expect(keyed.digest(of: longer.span) != digest)
        #expect(KeyedDigest(first: 1, second: 3).digest(of: text.span) != digest)
        #expect(KeyedDigest(first: 0, second: 2).digest(of: text.span) != digest)
    }
}
