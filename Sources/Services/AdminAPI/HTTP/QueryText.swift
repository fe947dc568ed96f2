// The target of a request, split and decoded once. What has two readings is refused.

/// The path and the query of a request.
struct RequestTarget {
    /// The path's segments, decoded.
    let segments: [String]
    /// The query's parameters, decoded, in their order.
    let parameters: [(name: String, value: String)]

    /// - Throws: 400 for a malformed escape.
    init(_ target: String) throws(Refusal) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var segments: [String] = []
        for segment in parts[0].split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        {
            segments.append(try Self.decoded(segment, plusIsBlank: false))
        }
        self.segments = segments
        var parameters: [(name: String, value: String)] = []
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? halves[1] : ""
            parameters.append(
                (
                    name: try Self.decoded(halves[0], plusIsBlank: true),
                    value: try Self.decoded(value, plusIsBlank: true)
                )
            )
        }
        self.parameters = parameters
    }

    /// The parameters by name.
    ///
    /// - Throws: 400 for a name outside `known`, or one that comes twice.
    func query(known: [String]) throws(Refusal) -> [String: String] {
        var query: [String: String] = [:]
        for (name, value) in parameters {
            guard known.contains(name) else {
                let list =
                    known.isEmpty
                    ? "none" : known.sorted().map { "`\($0)`" }.joined(separator: ", ")
                throw .parameter("unknown parameter `\(name.prefix(64))`; known are \(list)")
            }
            guard query.updateValue(value, forKey: name) == nil else {
                throw .parameter("`\(name)` is given twice")
            }
        }
        return query
    }

    private static func decoded(
        _ text: some StringProtocol,
        plusIsBlank: Bool
    ) throws(Refusal) -> String {
        var bytes: [UInt8] = []
        var source = text.utf8.makeIterator()
        while let byte = source.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = source.next().flatMap(digit),
                    let low = source.next().flatMap(digit)
                else { throw .parameter("the address has a malformed percent escape") }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .parameter("the address is not UTF-8")
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .parameter("the address has a control character")
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }
}
