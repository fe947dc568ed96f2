// A request that passed the door: its route, its caller, and what of it a handler may look at.

import ClawgressContract
import ClawgressJWS
import ClawgressModel
import HTTPTypes

/// One request to one route.
struct AdminCall: Sendable {
    let caller: Caller
    /// What stands in the path's braces, in order.
    let arguments: [String]
    /// Only names that the route declares.
    let query: [String: String]
    let body: JSONBody
    let fields: HTTPFields

    /// The path's first argument.
    var id: String { arguments.first ?? "" }

    /// A flag of the query: `true` or `false`.
    func flag(_ name: String) throws(Refusal) -> Bool {
        switch query[name] {
        case nil, "false": return false
        case "true": return true
        default: throw .parameter("`\(name)` must be `true` or `false`")
        }
    }

    /// The gateways that need not agree to a change at once, separated by commas.
    ///
    /// - Throws: 403 for whoever may not leave one out.
    func excludedGateways() throws(Refusal) -> [String] {
        guard let text = query["exclude_gateways"] else { return [] }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.count <= 100, names.allSatisfy(Identifier.isValid) else {
            throw .parameter(
                "`exclude_gateways` must be 1 to 100 gateways' ids, with commas between"
            )
        }
        try requireMayExclude(names)
        return names
    }

    /// Refuses what the caller's credential is not for.
    func requireScope(_ scope: AdminScope) throws(Refusal) {
        guard caller.has(scope) else { throw .outOfScope(scope) }
    }

    /// Refuses to leave gateways out for anybody but admins.
    func requireMayExclude(_ gateways: [String]) throws(Refusal) {
        guard gateways.isEmpty || caller.role == .admin else {
            throw .forbidden(caller.role, .admins)
        }
    }

    /// How many entries a page has.
    func limit() throws(Refusal) -> Int {
        guard let text = query["limit"] else { return 100 }
        guard let limit = Int(text), (1...1_000).contains(limit), String(limit) == text else {
            throw .parameter("`limit` must be a whole number from 1 to 1000")
        }
        return limit
    }

    /// One of several words.
    func choice(_ name: String, _ words: [String], or fallback: String) throws(Refusal) -> String {
        guard let word = query[name] else { return fallback }
        guard words.contains(word) else {
            throw .parameter("`\(name)` must be one of \(words.joined(separator: ", "))")
        }
        return word
    }

    /// A cursor that is a number: the last entry of the page before.
    func numberCursor() throws(Refusal) -> Int64 {
        guard let text = query["cursor"] else { return .max }
        guard let number = Int64(text), number > 0, String(number) == text else {
            throw .parameter("`cursor` must be the `next_cursor` of the page before")
        }
        return number
    }

    /// Refuses the call unless its `If-Match` and `If-None-Match` fit what is there.
    ///
    /// A weak tag matches nothing that is to be changed (RFC 9110 section 13.1.1).
    ///
    /// - Parameter etag: nil if nothing is there.
    func require(_ etag: String?) throws(Refusal) {
        if let wanted = fields[.ifMatch] {
            guard let etag, Self.matches(wanted, etag, isStrong: true) else {
                throw .preconditionFailed
            }
        }
        if let unwanted = fields[.ifNoneMatch], let etag, Self.matches(unwanted, etag) {
            throw .preconditionFailed
        }
    }

    /// Whether the client has what it asks for already (RFC 9110 section 13.1.2).
    func has(_ etag: String) -> Bool {
        fields[.ifNoneMatch].map { Self.matches($0, etag) } ?? false
    }

    private static func matches(_ list: String, _ etag: String, isStrong: Bool = false) -> Bool {
        list.split(separator: ",").contains { part in
            let tag = part.drop { $0 == " " }.prefix { $0 != " " }
            return tag == "*" || tag == "\"\(etag)\"" || !isStrong && tag == "W/\"\(etag)\""
        }
    }
}

/// A body, strictly JSON, read member by member.
struct JSONBody: Sendable {
    private let value: JSONValue

    /// - Throws: 400 if it is no object or has members outside `known`.
    init(_ value: JSONValue, known: [String]) throws(Refusal) {
        guard let members = value.members else { throw .body("the body must be an object") }
        for member in members where !known.contains(member.name) {
            let list = known.map { "`\($0)`" }.joined(separator: ", ")
            throw .body("unknown member `\(member.name.prefix(64))`; known are \(list)")
        }
        self.value = value
    }

    /// A body that is taken as it is.
    init(any value: JSONValue) {
        self.value = value
    }

    /// No body.
    static let none = JSONBody(any: .object([]))

    /// The body as it is.
    var json: JSONValue { value }

    /// Text of a bounded length; nil if absent.
    ///
    /// Lengths are Unicode scalars, as JSON Schema counts them in the document.
    func optionalText(_ name: String, _ lengths: ClosedRange<Int>) throws(Refusal) -> String? {
        guard let member = value[name] else { return nil }
        guard let text = member.text, lengths.contains(text.unicodeScalars.count) else {
            throw .body(
                "`\(name)` must be text of \(lengths.lowerBound) to \(lengths.upperBound) "
                    + "characters"
            )
        }
        return text
    }

    /// One line for people of 1 to `bytesMax` bytes; nil if absent.
    func optionalLine(_ name: String, _ bytesMax: Int) throws(Refusal) -> String? {
        let line = try optionalText(name, 1...bytesMax)
        guard line?.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) ?? true else {
            throw .body("`\(name)` must be one line without control characters")
        }
        return line
    }

    /// Text that must be there.
    func text(_ name: String, _ lengths: ClosedRange<Int>) throws(Refusal) -> String {
        guard let text = try optionalText(name, lengths) else {
            throw .body("`\(name)` is missing")
        }
        return text
    }

    /// A whole number; nil if absent.
    func optionalInteger(_ name: String, _ range: ClosedRange<Int64>) throws(Refusal) -> Int64? {
        guard let member = value[name] else { return nil }
        guard let number = member.integer, range.contains(number) else {
            throw .body(
                "`\(name)` must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// A flag; nil if absent.
    func optionalFlag(_ name: String) throws(Refusal) -> Bool? {
        value[name] == nil ? nil : try flag(name)
    }

    /// A flag that must be there.
    func flag(_ name: String) throws(Refusal) -> Bool {
        guard case .bool(let flag)? = value[name] else {
            throw .body("`\(name)` must be true or false")
        }
        return flag
    }

    /// A list of text; nil if absent.
    func optionalTexts(
        _ name: String,
        count: ClosedRange<Int>,
        _ lengths: ClosedRange<Int>
    ) throws(Refusal) -> [String]? {
        guard let member = value[name] else { return nil }
        guard let elements = member.elements, count.contains(elements.count) else {
            throw .body("`\(name)` must be a list of \(count.lowerBound) to \(count.upperBound)")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.text, lengths.contains(text.unicodeScalars.count) else {
                throw .body(
                    "each of `\(name)` must be text of \(lengths.lowerBound) to "
                        + "\(lengths.upperBound) characters"
                )
            }
            texts.append(text)
        }
        return texts
    }

    /// One of several words; nil if absent.
    func optionalWord<Word: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Word.Type
    ) throws(Refusal) -> Word? where Word.RawValue == String {
        guard let member = value[name] else { return nil }
        guard let word = member.text.flatMap(Word.init(rawValue:)) else {
            let list = Word.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw .body("`\(name)` must be one of \(list)")
        }
        return word
    }
}
