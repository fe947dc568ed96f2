// What somebody wants published, and the one attempt to do it that is under way.

public import ClawgressContract
public import ClawgressModel

/// A publication that somebody wants.
public struct PublicationWish: Sendable {
    /// What is to be published.
    public enum Content: Sendable {
        /// Something new.
        case snapshot(Snapshot)
        /// What a bundle says that was decided before.
        case sameAs(BundleReference)
    }

    /// The id under which the same wish can be made again.
    public var requestID: String
    /// Why it is wanted.
    public var kind: Publication.Kind
    /// The content's revision, as whoever wants it knows it.
    public var revision: String
    /// What is to be published.
    public var content: Content
    /// A line for people.
    public var comment: String?
    /// Seconds until it is reverted unless confirmed.
    public var confirmSeconds: Int64?
    /// Gateways that need not agree.
    public var exclude: Set<String>

    /// Describes a wish.
    public init(
        requestID: String,
        kind: Publication.Kind,
        revision: String,
        content: Content,
        comment: String? = nil,
        confirmSeconds: Int64? = nil,
        exclude: Set<String> = []
    ) {
        self.requestID = requestID
        self.kind = kind
        self.revision = revision
        self.content = content
        self.comment = comment
        self.confirmSeconds = confirmSeconds
        self.exclude = exclude
    }
}

/// The attempt under way.
struct Attempt {
    typealias Answer = Result<Publication, Problem>

    let requestID: String
    let revision: String
    let kind: Publication.Kind
    var required: Set<String> = []
    var excluded: Set<String> = []
    var waiters: [CheckedContinuation<Answer, Never>] = []

    init(_ wish: PublicationWish) {
        requestID = wish.requestID
        revision = wish.revision
        kind = wish.kind
    }
}
