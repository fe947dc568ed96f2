// What is wrong with a question, by the name of the parameter, so that it can be mended where it was
// asked.

/// Why a question cannot be answered.
public struct QueryProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The parameter.
    public let parameter: String
    /// What it must be.
    public let message: String

    /// Names a parameter.
    public init(_ parameter: String, _ message: String) {
        self.parameter = parameter
        self.message = message
    }

    /// One sentence.
    public var description: String { "`\(parameter)` \(message)" }
}

/// The parameters of a question as they came, each read once.
public struct QueryItems: Sendable {
    private var values: [String: String] = [:]

    /// Takes names and values, decoded.
    ///
    /// - Parameter known: every name that the question may have.
    /// - Throws: `QueryProblem` for another name, or one that came twice: nobody could tell which
    ///   of the two is meant.
    public init(
        _ items: some Sequence<(name: String, value: String)>,
        known: [String]
    ) throws(QueryProblem) {
        for (name, value) in items {
            guard known.contains(name) else {
                throw QueryProblem(
                    String(name.prefix(64)),
                    "is no parameter here; known are "
                        + known.map { "`\($0)`" }.joined(separator: ", ")
                )
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw QueryProblem(name, "was given twice")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A word of at most ``RecordWord/bytesMax`` bytes.
    func word(_ name: String) throws(QueryProblem) -> String? {
        guard let value = values[name] else { return nil }
        guard (1...RecordWord.bytesMax).contains(value.utf8.count) else {
            throw QueryProblem(name, "must have 1 to \(RecordWord.bytesMax) bytes")
        }
        return value
    }

    /// A point in time, in microseconds since 1970 UTC.
    func instant(_ name: String) throws(QueryProblem) -> Int64? {
        guard let value = values[name] else { return nil }
        guard let instant = Instant.microseconds(value) else {
            throw QueryProblem(name, "must be a time such as 2026-01-31T08:00:00Z")
        }
        return instant
    }

    /// A whole number.
    func number(_ name: String, _ range: ClosedRange<Int>) throws(QueryProblem) -> Int? {
        guard let value = values[name] else { return nil }
        guard let number = Int(value), range.contains(number), String(number) == value else {
            throw QueryProblem(
                name,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// One of several words.
    ///
    /// - Throws: `QueryProblem` with all of them.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Choice.Type
    ) throws(QueryProblem) -> Choice? where Choice.RawValue == String {
        guard let value = values[name] else { return nil }
        guard let choice = Choice(rawValue: value) else {
            let words = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw QueryProblem(name, "must be one of \(words)")
        }
        return choice
    }
}
