// A buffer never writes past its end, never writes half a piece, and says so afterwards.

import ClawgressBytes
import Testing

@Suite("A fixed buffer")
struct ByteBufferTests {
    /// What a buffer of `capacity` bytes holds after `fill`, and whether it overflowed.
    private func filled(
        _ capacity: Int,
        _ fill: (inout ByteBuffer) -> Void
    ) -> (text: String, overflowed: Bool) {
        var buffer = ByteBuffer(capacity: capacity)
        fill(&buffer)
        return (buffer.bytes.string(), buffer.overflowed)
    }

    @Test("takes pieces of every kind")
    func pieces() {
        let bytes = Array("0123456789".utf8)
        let result = filled(100) { buffer in
            buffer.append("ab")
            buffer.append(UInt8(ascii: "c"))
            buffer.append(bytes.span, 2..<5)
            buffer.append(text: "ü")
            buffer.append([100, 101])
            buffer.append(bytes.span.extracting(0..<0))
        }
        #expect(result.text == "abc234üde")
        #expect(!result.overflowed)
    }

    @Test(
        "writes decimal numbers as Swift does",
        arguments: [
            0, 1, 9, 10, 99, 100, 65_535, -1, -10, .max, .min,
        ]
    )
    func decimal(value: Int) {
        #expect(filled(30) { $0.append(decimal: value) }.text == "\(value)")
        #expect(filled(30) { $0.append(decimal: value.magnitude) }.text == "\(value.magnitude)")
    }

    @Test("writes hexadecimal numbers of a fixed width")
    func hexadecimal() {
        #expect(filled(30) { $0.append(hexadecimal: 0xBEEF, width: 6) }.text == "00beef")
        #expect(filled(30) { $0.append(hexadecimal: .max, width: 16) }.text == "ffffffffffffffff")
        #expect(filled(30) { $0.append(hexadecimal: 0x123, width: 2) }.text == "23")
    }

    @Test("writes integers in little-endian order")
    func littleEndian() {
        var buffer = ByteBuffer(capacity: 16)
        buffer.append(littleEndian: UInt32(0x0403_0201))
        buffer.append(littleEndian: UInt16(0x0605))
        let bytes = buffer.bytes.array()
        #expect(bytes == [1, 2, 3, 4, 5, 6])
        buffer.overwrite(littleEndian: 0x0D0C_0B0A, at: 1)
        let changed = buffer.bytes.array()
        #expect(changed == [1, 10, 11, 12, 13, 6])
    }

    @Test("takes a piece that just fits, and of one that does not, nothing")
    func overflow() {
        let full = filled(4) { $0.append("abcd") }
        #expect(full.text == "abcd" && !full.overflowed)
        let over = filled(4) { buffer in
            buffer.append("abc")
            buffer.append("de")
            buffer.append(UInt8(ascii: "f"))
        }
        #expect(over.text == "abcf" && over.overflowed)
        #expect(filled(2) { $0.append(decimal: UInt(123)) }.overflowed)
        #expect(filled(2) { $0.append(hexadecimal: 1, width: 3) }.overflowed)
        #expect(filled(3) { $0.append(littleEndian: UInt32(1)) }.overflowed)
        #expect(filled(0) { $0.append(UInt8(1)) }.overflowed)
    }

    @Test("forgets content and overflow together")
    func removal() {
        let result = filled(2) { buffer in
            buffer.append("abc")
            buffer.removeAll()
            buffer.append("de")
        }
        #expect(result.text == "de" && !result.overflowed)
        #expect(
            filled(9) { buffer in
                buffer.append("abcdef")
                buffer.truncate(to: 2)
                buffer.append("x")
            }.text == "abx"
        )
    }

    @Test("lets a caller fill the rest and say how much")
    func fillFree() {
        var buffer = ByteBuffer(capacity: 4)
        buffer.append("a")
        let written = buffer.fillFree { free in
            free.copyBytes(from: [98, 99])
            return free.count == 3 ? 2 : 0
        }
        let failed = buffer.fillFree { _ in -1 }
        let text = buffer.bytes.string()
        #expect(written == 2 && failed == -1 && text == "abc")
    }

    @Test("gives and takes single bytes")
    func subscripts() {
        var buffer = ByteBuffer(capacity: 4)
        buffer.append("abc")
        buffer[1] = UInt8(ascii: "x")
        let second = buffer[1]
        let text = buffer.bytes.string()
        let count = buffer.count
        let isEmpty = buffer.isEmpty
        #expect(second == UInt8(ascii: "x") && text == "axc" && count == 3 && !isEmpty)
    }
}
