// What kinds of records there are, and who writes them: what a record says it is counts only if its
// sender is one that writes such records.

import ClawgressBytes

/// What a record is, as its member `record` says.
public enum RecordForm: Sendable, Equatable {
    /// A request of an agent: the record has no such member.
    case request
    /// Events that a gateway had to drop.
    case gap
    /// A sign of life.
    case heartbeat
    /// What an operator did, or tried.
    case admin
    /// Another word, or something that is no word.
    case other

    init(_ value: CanonicalReader.Value?, in line: Span<UInt8>) {
        guard let value else {
            self = .request
            return
        }
        guard case .plain(let place) = value else {
            self = .other
            return
        }
        let word = line.extracting(place)
        switch word.count {
        case 3 where word.equals("gap"): self = .gap
        case 5 where word.equals("admin"): self = .admin
        case 9 where word.equals("heartbeat"): self = .heartbeat
        default: self = .other
        }
    }

    /// Whether such records are among those that a sender writes.
    public func isWritten(by sender: RecordSender) -> Bool {
        switch (sender, self) {
        case (.gateway, .request), (.gateway, .gap), (.gateway, .heartbeat): true
        case (.service("admin-api"), .admin), (.service("audit"), .heartbeat): true
        default: false
        }
    }

    /// A record of it, for people.
    var words: String {
        switch self {
        case .request: "a record of a request"
        case .gap: "a gap record"
        case .heartbeat: "a heartbeat"
        case .admin: "an administrative record"
        case .other: "a record of this kind"
        }
    }
}
