// What is wrong with one value, and where it stands. The place is put together while the error
// travels up, so reading a good text costs nothing for it.

/// A value that is not what a snapshot has at its place.
struct MemberProblem: Error {
    /// What is wrong with it; the text completes a sentence that begins with the place.
    enum Kind: String {
        case missing = "is missing"
        case null = "is null"
        case wrongType = "has the wrong type"
        case unknownValue = "has an unknown value"
        case unknownName = "is unknown"
    }

    let kind: Kind
    /// From the outermost value to the wrong one, such as `policies[3].action`.
    private(set) var path: String

    /// A problem of the value itself, or of its member `name`.
    init(_ kind: Kind, at name: String = "") {
        self.kind = kind
        path = name
    }

    /// The same problem as the value around sees it, which has this one as its member `name`.
    consuming func under(_ name: String) -> MemberProblem {
        let isElement = path.isEmpty || path.hasPrefix("[")
        path = name + (isElement ? path : "." + path)
        return self
    }

    /// The same problem as the list sees it.
    consuming func under(_ index: Int) -> MemberProblem { under("[\(index)]") }

    /// One sentence for an operator.
    var sentence: String { path.isEmpty ? "it \(kind.rawValue)" : "`\(path)` \(kind.rawValue)" }
}
