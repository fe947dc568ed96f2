// A second reading of HTTP heads, written for clarity and for nothing else. Where it and the
// product disagree about a head that the product accepted, one of them is wrong.

import ClawgressBytes

/// A head cut at each CRLF.
public struct PlainHead {
    /// One field line.
    public struct Field: Equatable {
        /// The name in lower case.
        public let name: [UInt8]
        /// The value without blanks around it.
        public let value: [UInt8]
        /// The whole line without its CRLF.
        public let line: [UInt8]
    }

    /// The first line.
    public let start: [UInt8]
    /// The field lines in their order.
    public let fields: [Field]

    /// Reads `head`, which must be a whole one and nothing else; nil if it is not.
    public init?(_ head: [UInt8]) {
        var lines: [[UInt8]] = []
        var first = 0
        for index in head.indices where head[index] == 10 && index > first && head[index - 1] == 13
        {
            lines.append(Array(head[first..<(index - 1)]))
            first = index + 1
        }
        guard lines.count >= 2, first == head.count, lines.removeLast().isEmpty,
            lines.allSatisfy({ !$0.isEmpty && !$0.contains(where: Self.isLineBreakOrNul) })
        else { return nil }
        start = lines.removeFirst()
        var fields: [Field] = []
        for line in lines {
            guard let field = Field(line) else { return nil }
            fields.append(field)
        }
        self.fields = fields
    }

    /// The values of all fields with that name.
    public func values(_ name: String) -> [[UInt8]] {
        fields.filter { $0.isNamed(name) }.map(\.value)
    }

    /// What the Connection fields name, in lower case.
    public var connectionOptions: [[UInt8]] { elements("connection") }

    /// The elements of the lists in all fields with that name, in lower case.
    public func elements(_ name: String) -> [[UInt8]] {
        values(name).flatMap { $0.split(separator: UInt8(ascii: ",")) }
            .map { Field.trimmed($0).map(ASCII.lowercased) }.filter { !$0.isEmpty }
    }

    /// The words of the first line.
    public var startWords: [[UInt8]] {
        start.split(separator: 32, omittingEmptySubsequences: false).map { Array($0) }
    }

    private static func isLineBreakOrNul(_ byte: UInt8) -> Bool {
        byte == 13 || byte == 10 || byte == 0
    }
}

extension PlainHead.Field {
    /// Cuts a line at its first colon.
    init?(_ line: [UInt8]) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        self.line = line
        name = line[..<colon].map(ASCII.lowercased)
        value = Self.trimmed(line[(colon + 1)...])
    }

    /// Whether the field has that name, given in lower case.
    public func isNamed(_ text: String) -> Bool { name.elementsEqual(text.utf8) }

    /// Whether a recipient must not pass the field on (RFC 9110 section 7.6.1), or it is ours.
    public var endsHere: Bool {
        ["connection", "keep-alive", "te", "upgrade", "transfer-encoding"].contains(where: isNamed)
            || ["proxy-", "clawgress-"].contains { name.starts(with: $0.utf8) }
    }

    static func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var text = text
        while let first = text.first, first == 32 || first == 9 { text.removeFirst() }
        while let last = text.last, last == 32 || last == 9 { text.removeLast() }
        return Array(text)
    }
}
