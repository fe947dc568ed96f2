// Every byte value against the RFCs' own words, since the code has bit masks.

import ClawgressBytes
import Testing

@Suite("Characters")
struct ASCIITests {
    @Test("knows token characters as RFC 9110 lists them")
    func token() {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let tokens = Set((letters + "!#$%&'*+-.^_`|~").utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ASCII.isToken(byte) == tokens.contains(byte), "\(byte)")
        }
    }

    @Test("knows digits, letters, hexadecimal digits and field text")
    func classes() {
        for byte in UInt8.min...UInt8.max {
            let character = Character(Unicode.Scalar(byte))
            let isASCII = byte < 128
            #expect(ASCII.isDigit(byte) == (isASCII && character.isWholeNumber))
            #expect(ASCII.isLetter(byte) == (isASCII && character.isLetter))
            #expect(
                ASCII.hexadecimalValue(byte).map(Int.init)
                    == (isASCII ? character.hexDigitValue : nil)
            )
            #expect(ASCII.isFieldText(byte) == (byte == 9 || (byte >= 32 && byte != 127)))
            let lower = isASCII ? Character(character.lowercased()).asciiValue : byte
            #expect(ASCII.lowercased(byte) == lower)
        }
    }

    @Test("folds eight bytes as it folds one, in every place")
    func words() {
        for byte in UInt8.min...UInt8.max {
            for place: UInt64 in 0..<8 {
                let around: UInt64 = 0x5A7B_40C1_FF00_617A
                let word = around & ~(0xFF << (place * 8)) | UInt64(byte) << (place * 8)
                var expected: UInt64 = 0
                for lane: UInt64 in 0..<8 {
                    let single = UInt8(truncatingIfNeeded: word >> (lane * 8))
                    expected |= UInt64(ASCII.lowercased(single)) << (lane * 8)
                }
                #expect(ASCII.lowercased(word) == expected)
            }
        }
    }
}
