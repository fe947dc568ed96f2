// What is recorded of an administrative action: who did what, from where, to what, and how it
// ended. It lies in the same spool as the events of requests, so that one log takes both.

public import ClawgressModel

/// Why an action cannot be recorded as it was described: a defect of whoever describes it.
public enum AdminEventError: Error, Equatable, CustomStringConvertible {
    /// A name, id or code is longer than its bound.
    case tooLong(field: String, bytesMax: Int)
    /// A name, id or code has characters other than visible ASCII without quotes and backslashes.
    case malformed(field: String)
    /// A serial that JSON has no exact number for.
    case outOfRange(field: String)

    /// One line for people.
    public var description: String {
        switch self {
        case .tooLong(let field, let bytesMax): "`\(field)` is longer than \(bytesMax) bytes"
        case .malformed(let field): "`\(field)` is empty or not of visible ASCII characters"
        case .outOfRange(let field): "`\(field)` is negative or too great"
        }
    }
}

/// Who acted, as far as it was proved.
public struct AdminActor: Sendable, Equatable {
    /// The user, or a service by itself; nil if nobody was proved.
    public var name: String?
    /// The role in which it acted.
    public var role: ActorRole?
    /// The id of the token or session; never a secret.
    public var credentialID: String?

    /// Describes who acted.
    public init(name: String?, role: ActorRole?, credentialID: String?) {
        self.name = name
        self.role = role
        self.credentialID = credentialID
    }

    /// Somebody without a proved name.
    public static var nobody: AdminActor { AdminActor(name: nil, role: nil, credentialID: nil) }
}

/// An administrative action.
public struct AdminEvent: Sendable, Equatable {
    /// The version of the event's form; grows when a field changes its meaning.
    public static var formatVersion: Int { 1 }

    /// The event's own id.
    public let eventID: RequestID
    /// Wall clock, microseconds since 1970 UTC, when the action ended.
    public let timestamp: Int64
    /// Who acted.
    public let actor: AdminActor
    /// Where the request came from; nil for what the control plane did by itself.
    public let source: IPAddress?
    /// What was done or tried.
    public let action: AdminAction
    /// What it was done to.
    public let subject: String?
    /// How it ended.
    public let result: AdminResult
    /// The code of the problem, if there was one.
    public let reason: String?
    /// The revision that it was about.
    public let revision: String?
    /// The commit that it was or belongs to.
    public let commitID: String?
    /// The serial under which a commit was published.
    public let serial: Int64?
    /// The changes, or what else people should know.
    public let summary: String?
    /// The names of fields that were cut, sorted.
    public internal(set) var truncated: [String]

    /// Describes an action.
    ///
    /// Names, ids and codes are refused if they are too long or not of visible ASCII characters.
    /// The subject and the summary may be any text, also of strangers: each is cut between two
    /// characters where its JSON form would exceed its bound, and ``truncated`` then names it.
    /// An empty one is none.
    public init(
        eventID: RequestID,
        timestamp: Int64,
        actor: AdminActor,
        source: IPAddress?,
        action: AdminAction,
        subject: String?,
        result: AdminResult,
        reason: String? = nil,
        revision: String? = nil,
        commitID: String? = nil,
        serial: Int64? = nil,
        summary: String? = nil
    ) throws(AdminEventError) {
        try Self.check(actor.name, .actor)
        try Self.check(actor.credentialID, .credentialID)
        try Self.check(reason, .reason)
        try Self.check(revision, .revision)
        try Self.check(commitID, .commitID)
        if let serial, serial < 0 || UInt64(serial) > CanonicalJSON.integerMax {
            throw .outOfRange(field: "serial")
        }
        self.eventID = eventID
        self.timestamp = timestamp
        self.actor = actor
        self.source = source
        self.action = action
        self.result = result
        self.reason = reason
        self.revision = revision
        self.commitID = commitID
        self.serial = serial
        var truncated: [String] = []
        self.subject = Self.bounded(subject, .subject, &truncated)
        self.summary = Self.bounded(summary, .summary, &truncated)
        self.truncated = truncated
    }

    private static func check(_ word: String?, _ text: AdminText) throws(AdminEventError) {
        guard let word else { return }
        let bytes = word.utf8
        guard bytes.count <= text.bytesMax else {
            throw .tooLong(field: text.fieldName, bytesMax: text.bytesMax)
        }
        let isVisible = bytes.allSatisfy {
            (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard isVisible, !bytes.isEmpty else { throw .malformed(field: text.fieldName) }
    }

    private static func bounded(
        _ value: String?,
        _ text: AdminText,
        _ truncated: inout [String]
    ) -> String? {
        guard let value, !value.isEmpty else { return nil }
        let end = CanonicalJSON.end(of: value, bytesMax: text.bytesMax)
        if end < value.endIndex { truncated.append(text.fieldName) }
        return String(value.unicodeScalars[..<end])
    }
}

/// An administrative event as it lies in a spool.
public struct AdminRecord: Sendable, Equatable {
    /// What was done.
    public let event: AdminEvent
    /// The service that recorded it.
    public let serviceID: String
    /// That service's start.
    public let bootID: BootID
    /// The writer within the service.
    public let worker: UInt8
    /// The writer's number for it: from 1, without holes.
    public let sequence: UInt64
}
