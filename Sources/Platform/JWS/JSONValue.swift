// A JSON text as a value. It keeps the order of members, because a signature covers bytes and
// what we write again must be comparable with what we read.

/// A JSON value (RFC 8259), with integers kept exact.
public enum JSONValue: Sendable, Equatable {
    /// Members in the order of the text; no name appears twice.
    case object([JSONMember])
    /// Elements in the order of the text.
    case array([JSONValue])
    /// Text; always valid Unicode.
    case string(String)
    /// A number written without fraction and exponent.
    case integer(Int64)
    /// Any other number; always finite.
    case number(Double)
    /// `true` or `false`.
    case bool(Bool)
    /// `null`.
    case null

    /// The value of a member, or nil if this is no object or has none of that name.
    ///
    /// Names are compared byte by byte: Swift's `==` would take canonically equivalent
    /// spellings for the same name, and whoever signed the text did not.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The text, or nil if this is none.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The exact integer, or nil if this is none.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The elements, or nil if this is no array.
    public var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, or nil if this is no object.
    public var members: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }
}

/// One member of a JSON object.
public struct JSONMember: Sendable, Equatable {
    /// The member's name, unique in its object.
    public var name: String
    /// The member's value.
    public var value: JSONValue

    /// Pairs a name with its value.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}
