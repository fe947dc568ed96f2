// The fields of one mapping, each read as the type that its name demands.

import ClawgressModel
import Yams

/// The values of one mapping by key; keys were checked before.
struct SourceFields {
    let reader: SourceReader
    /// The whole mapping, for problems that have no better place.
    let node: Node
    private let values: [String: Node]

    init(reader: SourceReader, node: Node, values: [String: Node]) {
        self.reader = reader
        self.node = node
        self.values = values
    }

    /// The value of `key`, or nil if it is absent.
    subscript(key: String) -> Node? { values[key] }

    /// Reports that a key is missing.
    func reportMissing(_ key: String) {
        reader.report("`\(key)` is missing", at: node)
    }

    /// A text that must be there.
    func requiredText(_ key: String) -> String? {
        guard let value = values[key] else {
            reportMissing(key)
            return nil
        }
        return reader.text(value, key)
    }

    /// A text that may be absent.
    func text(_ key: String) -> String? {
        values[key].flatMap { reader.text($0, key) }
    }

    /// An id that must be there.
    func requiredIdentifier(_ key: String) -> String? {
        guard let value = values[key] else {
            reportMissing(key)
            return nil
        }
        guard let text = reader.text(value, key) else { return nil }
        guard Identifier.isValid(text) else {
            reader.report(
                "`\(key)` is `\(text)`, but ids are 1 to 63 of `a-z 0-9 . _ -` and begin with a "
                    + "letter or digit",
                at: value
            )
            return nil
        }
        return text
    }

    /// An integer in `range`, or nil if it is absent or wrong.
    func integer(_ key: String, in range: ClosedRange<Int> = .min ... .max) -> Int? {
        guard let value = values[key] else { return nil }
        guard case .scalar(let scalar) = value, scalar.style == .plain,
            let number = Int(scalar.string)
        else {
            reader.report("`\(key)` must be a whole number", at: value)
            return nil
        }
        guard range.contains(number) else {
            reader.report(
                "`\(key)` is `\(number)`, but must be between \(range.lowerBound) and "
                    + "\(range.upperBound)",
                at: value
            )
            return nil
        }
        return number
    }

    /// `true` or `false`; `fallback` if it is absent.
    func bool(_ key: String, default fallback: Bool) -> Bool {
        guard let value = values[key] else { return fallback }
        guard case .scalar(let scalar) = value, scalar.style == .plain,
            let bool = Bool(scalar.string)
        else {
            reader.report("`\(key)` must be `true` or `false`", at: value)
            return fallback
        }
        return bool
    }

    /// One of a few words; `fallback` if it is absent, nil if it is absent without fallback.
    func choice<Choice: RawRepresentable<String>>(
        _ key: String,
        _ choices: [Choice],
        default fallback: Choice?
    ) -> Choice? {
        guard let value = values[key] else {
            if fallback == nil { reportMissing(key) }
            return fallback
        }
        guard let text = reader.text(value, key) else { return fallback }
        guard let choice = choices.first(where: { $0.rawValue == text }) else {
            let words = choices.map { "`\($0.rawValue)`" }.joined(separator: " or ")
            reader.report("`\(key)` is `\(text)`, but must be \(words)", at: value)
            return fallback
        }
        return choice
    }

    /// One of a few words; nil if it is absent or wrong.
    func optionalChoice<Choice: RawRepresentable<String>>(
        _ key: String,
        _ choices: [Choice]
    ) -> Choice? {
        values[key] == nil ? nil : choice(key, choices, default: nil)
    }

    /// A list of texts; nil if it is absent.
    func texts(_ key: String) -> [SourceText]? {
        guard let value = values[key], let elements = reader.elements(value, of: key) else {
            return nil
        }
        return elements.compactMap { element in
            reader.text(element, key).map { SourceText(text: $0, node: element) }
        }
    }

    /// The elements of a list of mappings; none if it is absent.
    func list(_ key: String) -> [Node] {
        values[key].flatMap { reader.elements($0, of: key) } ?? []
    }
}
