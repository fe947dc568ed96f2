// What is told to the author of a policy set. A set is refused as a whole, with everything
// that is wrong with it, because mending one error per attempt is nobody's idea of help.

/// One error in a policy set.
public struct PolicyProblem: Sendable, Equatable, CustomStringConvertible {
    /// The policy's id as written; nil for a problem of a destination group.
    public let policyID: String?
    /// The path of the field, such as `match.destination[2]`.
    public let field: String
    /// A sentence about it, lower case and without full stop.
    public let problem: String

    /// Policy, field and sentence in one line.
    public var description: String {
        guard let policyID else { return "\(field): \(problem)" }
        return "policy `\(policyID)`: \(field): \(problem)"
    }
}

/// A policy set that cannot be compiled.
public struct PolicyCompileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Everything that is wrong with it, in the order of the source.
    public let problems: [PolicyProblem]

    /// One line per problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// Something legal in a policy set that its author may not have meant.
public struct PolicyWarning: Sendable, Equatable, CustomStringConvertible {
    /// What it is about.
    public enum Kind: Sendable {
        /// A value that no registered agent has.
        case identityUnknown
        /// An allow that comes before a deny of the same destination.
        case allowBeforeDeny
        /// An allow that rests on what a tunnel does not show.
        case opensNoTunnel
        /// A deny that closes tunnels because of what they do not show.
        case closesTunnels
    }

    /// What it is about.
    public let kind: Kind
    /// The policy's id.
    public let policyID: String
    /// A sentence about it, lower case and without full stop.
    public let message: String

    /// Policy and sentence in one line.
    public var description: String { "policy `\(policyID)`: \(message)" }
}
