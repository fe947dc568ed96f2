// Looking for words in code, by bytes: the checks read every line of the repository once for
// each rule, and a regular expression would take minutes in a debug build.

/// A piece of code to look for.
struct Word {
    let text: String
    /// Whether `.text` is something else, as a method called `print` is.
    let isFreeFunction: Bool

    private let bytes: [UInt8]

    init(_ text: String, isFreeFunction: Bool = false) {
        self.text = text
        self.isFreeFunction = isFreeFunction
        bytes = Array(text.utf8)
    }

    /// Whether `line` holds the word as a whole: not as a part of a longer name.
    func occurs(in line: String) -> Bool {
        let line = Array(line.utf8)
        guard line.count >= bytes.count else { return false }
        return (0...(line.count - bytes.count)).contains { start in
            line[start..<(start + bytes.count)].elementsEqual(bytes)
                && isWhole(start..<(start + bytes.count), of: line)
        }
    }

    private func isWhole(_ range: Range<Int>, of line: [UInt8]) -> Bool {
        if range.lowerBound > 0 {
            let before = line[range.lowerBound - 1]
            if Self.isNamePart(line[range.lowerBound]), Self.isNamePart(before) { return false }
            if isFreeFunction, before == UInt8(ascii: ".") { return false }
        }
        guard range.upperBound < line.count else { return true }
        return
            !(Self.isNamePart(line[range.upperBound - 1])
            && Self.isNamePart(line[range.upperBound]))
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
