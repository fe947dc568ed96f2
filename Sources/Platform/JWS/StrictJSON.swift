// The one JSON reader for signed texts. Lenient readers differ on duplicate members, lone
// surrogates, big numbers and trailing bytes, and where two readers differ, one text can mean
// two things: what is ambiguous is refused here, never repaired.

import ClawgressBytes

/// Why a text is not strict JSON, and where.
public struct JSONError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Problem: String, Sendable {
        /// The text ends inside a value.
        case unexpectedEnd = "unexpected_end"
        /// A byte that cannot stand at its place.
        case unexpectedByte = "unexpected_byte"
        /// Bytes follow the value.
        case trailingBytes = "trailing_bytes"
        /// Objects and arrays are nested deeper than the limit.
        case tooDeep = "too_deep"
        /// A name appears twice in one object.
        case duplicateMember = "duplicate_member"
        /// A string is not valid UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// A string has an unknown escape or a raw control character.
        case invalidEscape = "invalid_escape"
        /// An escaped surrogate without its other half.
        case loneSurrogate = "lone_surrogate"
        /// An integer outside 64 bits, or a number outside the range of a double.
        case numberOutOfRange = "number_out_of_range"
    }

    /// What is wrong.
    public let problem: Problem
    /// The byte at which it was noticed, counted from 0.
    public let offset: Int

    /// Describes a problem.
    public init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }
}

/// Reads one JSON text (RFC 8259), strictly.
///
/// Beyond the RFC's grammar these are refused: a member's name twice in one object, invalid
/// UTF-8, an escaped lone surrogate, nesting deeper than the limit, an integer outside 64 bits,
/// a byte order mark, and anything but white space after the value.
public enum StrictJSON {
    /// How deep objects and arrays may nest unless the caller says otherwise.
    public static var depthMax: Int { 16 }

    /// Reads `bytes` as one value.
    ///
    /// - Throws: `JSONError` with the first problem and its place.
    public static func read(
        _ bytes: Span<UInt8>,
        depthMax: Int = Self.depthMax
    ) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes)
        reader.skipWhiteSpace()
        let value = try reader.readValue(depthLeft: depthMax)
        reader.skipWhiteSpace()
        guard reader.position == bytes.count else { throw reader.problem(.trailingBytes) }
        return value
    }

    /// Reads `bytes` as one object, strictly as ``read(_:depthMax:)`` does, and notes where its members
    /// stand: for whoever compares parts of the text and not what they mean.
    ///
    /// - Throws: `JSONError` with the first problem and its place.
    public static func readObject(
        _ bytes: Span<UInt8>,
        depthMax: Int = Self.depthMax
    ) throws(JSONError) -> PlacedObject {
        var reader = JSONReader(bytes)
        var names: [Range<Int>] = []
        var values: [Range<Int>] = []
        reader.skipWhiteSpace()
        guard try reader.peek() == UInt8(ascii: "{") else { throw reader.problem(.unexpectedByte) }
        let members = try reader.readMembers(depthLeft: depthMax) { name, value in
            names.append(name)
            values.append(value)
        }
        reader.skipWhiteSpace()
        guard reader.position == bytes.count else { throw reader.problem(.trailingBytes) }
        return PlacedObject(members: members, names: names, values: values)
    }

    /// Reads text that is already a Swift string, such as a JWK in a configuration file.
    ///
    /// - Throws: `JSONError` with the first problem and its place.
    public static func read(_ text: String) throws(JSONError) -> JSONValue {
        let bytes = Array(text.utf8)
        return try read(bytes.span)
    }
}

/// An object, and where the parts of its members stand in its text.
public struct PlacedObject: Sendable {
    /// The members in the order of the text.
    public let members: [JSONMember]
    /// The bytes of each member's name, with its quotation marks.
    public let names: [Range<Int>]
    /// The bytes of each member's value.
    public let values: [Range<Int>]
}
