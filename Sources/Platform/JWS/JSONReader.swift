// The walk of `StrictJSON` over the bytes: values, objects and arrays. Strings and numbers have
// files of their own.

import ClawgressBytes

/// A position in a JSON text; each call reads one piece and moves behind it.
struct JSONReader: ~Escapable {
    let bytes: Span<UInt8>
    var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    func problem(_ problem: JSONError.Problem) -> JSONError {
        JSONError(problem, at: position)
    }

    /// The byte at the position, without moving.
    func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw problem(.unexpectedEnd) }
        return bytes[position]
    }

    mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func readValue(depthLeft: Int) throws(JSONError) -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try readObject(depthLeft: depthLeft))
        case UInt8(ascii: "["): return .array(try readArray(depthLeft: depthLeft))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        case UInt8(ascii: "t"): return try readWord("true", as: .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", as: .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", as: .null)
        default: throw problem(.unexpectedByte)
        }
    }

    private mutating func readWord(
        _ word: StaticString,
        as value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw problem(.unexpectedEnd) }
        guard bytes.extracting(position..<end).equals(word) else { throw problem(.unexpectedByte) }
        position = end
        return value
    }

    private mutating func readArray(depthLeft: Int) throws(JSONError) -> [JSONValue] {
        try open(depthLeft: depthLeft)
        var elements: [JSONValue] = []
        if try closes(with: UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try readValue(depthLeft: depthLeft - 1))
            if try ends(with: UInt8(ascii: "]")) { return elements }
        }
    }

    private mutating func readObject(depthLeft: Int) throws(JSONError) -> [JSONMember] {
        try readMembers(depthLeft: depthLeft) { _, _ in }
    }

    /// Reads an object, and tells where the name and the value of each member stand.
    mutating func readMembers(
        depthLeft: Int,
        _ place: (_ name: Range<Int>, _ value: Range<Int>) -> Void
    ) throws(JSONError) -> [JSONMember] {
        try open(depthLeft: depthLeft)
        var members: [JSONMember] = []
        var names = NameSet()
        if try closes(with: UInt8(ascii: "}")) { return members }
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw problem(.unexpectedByte) }
            let start = position
            let name = try readString()
            guard names.insert(name, among: members) else {
                throw JSONError(.duplicateMember, at: start)
            }
            let nameEnd = position
            skipWhiteSpace()
            guard try peek() == UInt8(ascii: ":") else { throw problem(.unexpectedByte) }
            position += 1
            skipWhiteSpace()
            let valueStart = position
            members.append(JSONMember(name, try readValue(depthLeft: depthLeft - 1)))
            place(start..<nameEnd, valueStart..<position)
            if try ends(with: UInt8(ascii: "}")) { return members }
        }
    }

    /// Moves behind an opening bracket, if another level is allowed.
    private mutating func open(depthLeft: Int) throws(JSONError) {
        guard depthLeft > 0 else { throw problem(.tooDeep) }
        position += 1
        skipWhiteSpace()
    }

    /// Whether the container closes at once; only then it may have no element.
    private mutating func closes(with bracket: UInt8) throws(JSONError) -> Bool {
        guard try peek() == bracket else { return false }
        position += 1
        return true
    }

    /// Moves behind the comma or the closing bracket after an element.
    private mutating func ends(with bracket: UInt8) throws(JSONError) -> Bool {
        skipWhiteSpace()
        let byte = try peek()
        guard byte == bracket || byte == UInt8(ascii: ",") else { throw problem(.unexpectedByte) }
        position += 1
        if byte == bracket { return true }
        skipWhiteSpace()
        return false
    }
}

/// The names seen in one object: a scan while there are few, a set when a hostile text has many.
private struct NameSet {
    private var names: Set<String> = []
    private static var scanMax: Int { 32 }

    /// Whether `name` is new among `members`, which were all inserted before.
    ///
    /// The comparison is Swift's, which also takes canonically equivalent names for the same:
    /// stricter than the bytes, and no honest text has both.
    mutating func insert(_ name: String, among members: [JSONMember]) -> Bool {
        if members.count < Self.scanMax { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }
}
