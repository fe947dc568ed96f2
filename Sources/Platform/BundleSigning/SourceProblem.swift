// What is wrong with a source file, in the form that editors and people can jump to.

public import ClawgressBytes

/// One problem at one place of a source file.
public struct SourceProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file's name, as it was given.
    public let file: String
    /// The line, counted from 1.
    public let line: Int
    /// The column, counted from 1 in Unicode scalars.
    public let column: Int
    /// What is wrong and, where it is known, what was probably meant.
    public let message: String

    /// `clawgress.yaml:12:5: unknown key …`.
    public var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Why a source could not be turned into a snapshot.
public enum SourceError: Error, Sendable, CustomStringConvertible {
    /// A file could not be read or written.
    case file(FileError)
    /// The source says something that cannot be meant; all places in order.
    case problems([SourceProblem])
    /// The parts do not go together, in a way that has no one place.
    case rules([String])

    /// One line for each problem.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .problems(let problems): problems.map(\.description).joined(separator: "\n")
        case .rules(let problems): problems.joined(separator: "\n")
        }
    }
}
