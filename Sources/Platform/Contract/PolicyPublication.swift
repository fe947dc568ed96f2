// What admin-api asks of clawgress-policy, and what it is told: publications and their roll-out.

/// Which bundle: its place in the sequence of publications, and its content.
public struct BundleReference: Codable, Sendable, Hashable {
    /// Raised when a control plane is restored from a backup; compared before the serial.
    public var epoch: Int64
    /// Grows with each attempt to publish; never used twice in an epoch.
    public var serial: Int64
    /// `sha256:` and the digest of the content.
    public var revision: String

    /// Names a bundle.
    public init(epoch: Int64, serial: Int64, revision: String) {
        self.epoch = epoch
        self.serial = serial
        self.revision = revision
    }
}

/// A wish to publish, without its content; ``body(head:content:)`` joins the two.
public struct PublicationRequest: Codable, Sendable, Equatable {
    /// The accepted length of a request id, in characters; letters, digits, `-`, `_` and `.`.
    public static var requestIDLengths: ClosedRange<Int> { 1...128 }

    /// Chosen by the caller; the same id again is answered with what became of the first.
    public var requestID: String
    /// The content's revision as the caller computed it; must be the content's.
    public var revision: String
    /// A line for people.
    public var comment: String?
    /// Commit-confirm: seconds until the previous content comes back unless confirmed.
    public var confirmSeconds: Int64?
    /// Gateways that need not agree (`commit force`); they catch up when they connect.
    public var exclude: [String]?

    /// Assembles a request.
    public init(
        requestID: String,
        revision: String,
        comment: String? = nil,
        confirmSeconds: Int64? = nil,
        exclude: [String]? = nil
    ) {
        self.requestID = requestID
        self.revision = revision
        self.comment = comment
        self.confirmSeconds = confirmSeconds
        self.exclude = exclude
    }

    enum CodingKeys: String, CodingKey {
        case revision, comment, exclude
        case requestID = "request_id"
        case confirmSeconds = "confirm_seconds"
    }

    /// The body of the request: the encoded object with one member more, `content`.
    ///
    /// The content of a large fleet is megabytes, so it is spliced in as the bytes that
    /// SnapshotText wrote and passes no encoder.
    ///
    /// - Parameters:
    ///   - head: this value encoded as a JSON object.
    ///   - content: the snapshot's JSON; its serial, time and revision are not looked at.
    public static func body(head: [UInt8], content: [UInt8]) -> [UInt8] {
        var body = Array(head.dropLast())
        body.reserveCapacity(head.count + content.count + 16)
        body += #","content":"#.utf8
        body += content
        body.append(UInt8(ascii: "}"))
        return body
    }
}

/// A wish to keep a publication that would otherwise be reverted.
public struct ConfirmationRequest: Codable, Sendable, Equatable {
    /// Chosen by the caller; the same id again is answered with what became of the first.
    public var requestID: String

    /// Assembles a request.
    public init(requestID: String) { self.requestID = requestID }

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
    }
}

/// What became of an attempt to publish.
public struct Publication: Codable, Sendable, Equatable {
    /// How far it is.
    public enum State: String, Codable, Sendable {
        /// Gateways were asked to prepare; it may still abort.
        case preparing
        /// Nothing changed anywhere, and nothing of it ever will.
        case aborted
        /// The decision is on disk; it only rolls forward.
        case decided
    }

    /// Why there is one.
    public enum Kind: String, Codable, Sendable {
        /// Somebody asked for it.
        case publication
        /// The same content again, now without deadline.
        case confirmation
        /// The previous content again, because nobody confirmed in time.
        case reversion
    }

    /// The id of the request that made it; the service's own for a reversion.
    public var requestID: String
    /// `<epoch>.<serial>`.
    public var publicationID: String
    /// The bundle's epoch.
    public var epoch: Int64
    /// The bundle's serial.
    public var serial: Int64
    /// The content's revision.
    public var revision: String
    /// Why there is one.
    public var kind: Kind
    /// How far it is.
    public var state: State
    /// The line for people, if there is one.
    public var comment: String?
    /// When it was asked for, in seconds since 1970 UTC.
    public var createdAt: Int64
    /// When it was decided or aborted, in seconds since 1970 UTC.
    public var decidedAt: Int64?
    /// Until when it must be confirmed, in seconds since 1970 UTC; absent where it need not.
    public var confirmBy: Int64?
    /// The serial that confirmed or reverted it, if one did.
    public var concludedBy: Int64?
    /// The `publication_id` of what was in force when this was asked for, if anything was.
    public var previous: String?
    /// Each gateway that was enrolled then; until the decision also `asked`.
    public var rollout: [RolloutEntry]

    /// Assembles an answer.
    public init(
        requestID: String,
        reference: BundleReference,
        kind: Kind,
        state: State,
        comment: String? = nil,
        createdAt: Int64,
        decidedAt: Int64? = nil,
        confirmBy: Int64? = nil,
        concludedBy: Int64? = nil,
        previous: String? = nil,
        rollout: [RolloutEntry]
    ) {
        self.requestID = requestID
        self.publicationID = "\(reference.epoch).\(reference.serial)"
        self.epoch = reference.epoch
        self.serial = reference.serial
        self.revision = reference.revision
        self.kind = kind
        self.state = state
        self.comment = comment
        self.createdAt = createdAt
        self.decidedAt = decidedAt
        self.confirmBy = confirmBy
        self.concludedBy = concludedBy
        self.previous = previous
        self.rollout = rollout
    }

    enum CodingKeys: String, CodingKey {
        case epoch, serial, revision, kind, state, comment, previous, rollout
        case requestID = "request_id"
        case publicationID = "publication_id"
        case createdAt = "created_at"
        case decidedAt = "decided_at"
        case confirmBy = "confirm_by"
        case concludedBy = "concluded_by"
    }
}

/// A page of publications, newest first.
public struct PublicationPage: Codable, Sendable, Equatable {
    /// The publications.
    public var publications: [Publication]
    /// Give this as `before` for the next page; absent at the end.
    public var next: String?

    /// Assembles a page.
    public init(publications: [Publication], next: String?) {
        self.publications = publications
        self.next = next
    }
}
