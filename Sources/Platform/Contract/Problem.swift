// The one shape of every refusal between processes (RFC 9457), with a code that programs can
// compare and that never changes once it was shipped.

/// A problem, as `application/problem+json`.
public struct Problem: Codable, Sendable, Equatable, Error {
    /// The media type of a problem (RFC 9457, section 3).
    public static var mediaType: String { "application/problem+json" }

    /// A URI of the kind of problem; `about:blank` says that `title` is the status' phrase.
    public var type: String
    /// The HTTP status again.
    public var status: Int
    /// The status' phrase.
    public var title: String
    /// What is wrong, as a stable word such as `candidate_outdated`.
    public var code: String
    /// One sentence for a person: what was found, and the way out.
    public var detail: String
    /// The single faults, where a request can have several.
    public var errors: [ProblemItem]?
    /// Configuration paths that differ, where two people changed the same.
    public var paths: [String]?
    /// Why single gateways refused, where they did.
    public var refusals: [RolloutEntry]?

    /// Describes a problem.
    public init(
        status: Int,
        title: String,
        code: String,
        detail: String,
        errors: [ProblemItem]? = nil,
        paths: [String]? = nil,
        refusals: [RolloutEntry]? = nil
    ) {
        type = "about:blank"
        self.status = status
        self.title = title
        self.code = code
        self.detail = detail
        self.errors = errors
        self.paths = paths
        self.refusals = refusals
    }
}

/// One fault of several.
public struct ProblemItem: Codable, Sendable, Equatable {
    /// The place in the configuration, such as `policy allow-github`.
    public var path: String?
    /// The line of the text or the number of the edit, counted from 1.
    public var line: Int?
    /// What is wrong and what is allowed.
    public var message: String
    /// The same as a stable word.
    public var code: String?

    /// Describes a fault.
    public init(path: String? = nil, line: Int? = nil, message: String, code: String? = nil) {
        self.path = path
        self.line = line
        self.message = message
        self.code = code
    }
}
