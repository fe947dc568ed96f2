// Numbers in the texts of a log have one spelling, so that nothing that is signed or named has two.

/// Non-negative decimal numbers.
enum Decimal {
    /// Reads ASCII digits without leading zeros; nil for anything else and beyond 2^63 - 1.
    static func read(_ text: some StringProtocol) -> Int? {
        let digits = Array(text.utf8)
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }
}
