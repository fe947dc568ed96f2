// One field line, validated and cut into name and value in a single pass. Every byte of a head
// behind the request line goes through here.

import ClawgressBytes
import ClawgressModel

/// A field line as ranges into its head (RFC 9112 section 5).
struct FieldLine {
    let kind: FieldKind
    let name: Range<Int>
    /// The value without surrounding white space.
    let value: Range<Int>
    /// The whole line with its CRLF.
    let line: Range<Int>

    /// Parses the line at `start`.
    ///
    /// - Throws: `fieldFolded`, `fieldLineMalformed`, `lineEndingMalformed`.
    init(_ head: Span<UInt8>, at start: Int) throws(Reason) {
        let colon = try Self.nameEnd(head, from: start)
        let end = try Self.valueEnd(head, from: colon + 1)
        var first = colon + 1
        while first < end, Self.isBlank(head[first]) { first += 1 }
        var last = end
        while last > first, Self.isBlank(head[last - 1]) { last -= 1 }
        kind = FieldKind(head.extracting(start..<colon))
        name = start..<colon
        value = first..<last
        line = start..<end + 2
    }

    /// Whether the empty line that closes a head stands at `index`.
    static func isEnd(_ head: Span<UInt8>, _ index: Int) -> Bool {
        index + 2 == head.count && head[index] == carriageReturn && head[index + 1] == lineFeed
    }

    /// Where the colon is, directly behind a token.
    private static func nameEnd(_ head: Span<UInt8>, from start: Int) throws(Reason) -> Int {
        var index = start
        while index < head.count {
            if index + 8 <= head.count {
                let others = ByteLanes.neitherLetterNorHyphen(head.word(at: index))
                index += ByteLanes.first(others)
                if others == 0 { continue }
            }
            let byte = head[index]
            if byte == UInt8(ascii: ":"), index > start { return index }
            guard ASCII.isToken(byte) else {
                if index == start, isBlank(byte) { throw .fieldFolded }
                throw byte == carriageReturn || byte == lineFeed
                    ? .lineEndingMalformed : .fieldLineMalformed
            }
            index += 1
        }
        throw .fieldLineMalformed
    }

    /// Where the CRLF behind the field text at `start` is.
    static func valueEnd(_ head: Span<UInt8>, from start: Int) throws(Reason) -> Int {
        var index = start
        while index < head.count {
            if index + 8 <= head.count {
                let controls = ByteLanes.controls(head.word(at: index))
                index += ByteLanes.first(controls)
                if controls == 0 { continue }
            }
            let byte = head[index]
            if ASCII.isFieldText(byte) {
                index += 1
                continue
            }
            guard byte == carriageReturn || byte == lineFeed else { throw .fieldLineMalformed }
            guard byte == carriageReturn, index + 1 < head.count, head[index + 1] == lineFeed
            else { throw .lineEndingMalformed }
            return index
        }
        throw .lineEndingMalformed
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
    static var lineFeed: UInt8 { UInt8(ascii: "\n") }
}
