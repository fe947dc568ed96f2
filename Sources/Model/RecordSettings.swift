// What of a request's target is written down.

/// Settings of what events say.
public struct RecordSettings: Codable, Sendable, Equatable {
    /// The greatest number of patterns.
    public static var patternsMax: Int { 64 }

    /// Whether the query is part of the recorded path.
    public var query: Bool
    /// Patterns of paths in which segments are replaced (``PathPattern``).
    public var redactPaths: [String]

    /// Assembles settings.
    public init(query: Bool = false, redactPaths: [String] = []) {
        self.query = query
        self.redactPaths = redactPaths
    }

    enum CodingKeys: String, CodingKey {
        case query
        case redactPaths = "redact_paths"
    }
}
