// Short ways to write the values that snapshots have.

import ClawgressJWS

extension JSONValue {
    /// An object of those members that have a value: what is absent is not written as null.
    ///
    /// The members are listed in the order of their names, in which they are written.
    static func object(present members: [(name: String, value: JSONValue?)]) -> JSONValue {
        .object(members.compactMap { member in member.value.map { JSONMember(member.name, $0) } })
    }

    /// A word of an enumeration.
    static func word(_ word: some RawRepresentable<String>) -> JSONValue {
        .string(word.rawValue)
    }

    /// A list of text.
    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// Lists of text under the author's names.
    static func named(_ lists: [String: [String]]) -> JSONValue {
        .sorted(lists.map { JSONMember($0.key, .texts($0.value)) })
    }

    /// An object of members in any order, which are written in the order of their names' bytes.
    static func sorted(_ members: [JSONMember]) -> JSONValue {
        .object(members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }

    /// A count.
    static func count(_ count: Int) -> JSONValue { .integer(Int64(count)) }
}
