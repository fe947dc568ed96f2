// What a log says of entries that it has no more: from which one on they are there, and by which rule
// they went. It is signed, so that whoever takes entries away cannot call that pruning.
//
// C2SP tlog-tiles, "Pruning", has the minimum index and demands a policy; it leaves open how they are
// published.

/// Why a retention notice is refused.
public enum RetentionError: Error, Equatable, CustomStringConvertible {
    /// The text is none, or says what cannot be.
    case malformed
    /// It is another log's.
    case otherLog(origin: String)
    /// The note is none, or not signed by the log.
    case note(NoteError)

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "this is no retention notice of this log"
        case .otherLog(let origin): "the retention notice is of the log `\(origin)`"
        case .note(let error): error.description
        }
    }
}

/// A log's minimum index and the policy that raises it.
public struct RetentionNotice: Sendable, Hashable {
    /// No checkpoint begins like this and goes on like this, so neither can be taken for the other.
    private static var title: String { "clawgress-retention/v1" }

    /// The log's name.
    public let origin: String
    /// Entries before it may be gone.
    public let minimum: Int
    /// Records older than this many days go.
    public let days: Int?
    /// Records before so many newest ones go.
    public let entries: Int?

    /// Describes a policy; nil without one, or with negative numbers.
    public init?(origin: String, minimum: Int, days: Int?, entries: Int?) {
        guard minimum >= 0, days != nil || entries != nil, days ?? 1 > 0, entries ?? 1 > 0,
            !origin.isEmpty, origin.utf8.allSatisfy({ $0 >= 0x20 })
        else { return nil }
        self.origin = origin
        self.minimum = minimum
        self.days = days
        self.entries = entries
    }

    /// Reads the text of a notice, without signatures.
    public init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, lines[0] == Self.title[...], lines.last == "" else { return nil }
        var rest = lines[2..<lines.count - 1]
        guard let minimum = Self.number("minimum", &rest) else { return nil }
        let days = Self.number("days", &rest)
        let entries = Self.number("entries", &rest)
        guard rest.isEmpty else { return nil }
        self.init(origin: String(lines[1]), minimum: minimum, days: days, entries: entries)
    }

    /// A number behind its name, if that is what the next line is.
    private static func number(_ name: String, _ lines: inout ArraySlice<Substring>) -> Int? {
        guard let line = lines.first, line.hasPrefix("\(name) "),
            let number = Decimal.read(line.dropFirst(name.count + 1))
        else { return nil }
        lines.removeFirst()
        return number
    }

    /// The text that is signed.
    public var text: String {
        "\(Self.title)\n\(origin)\nminimum \(minimum)\n"
            + (days.map { "days \($0)\n" } ?? "") + (entries.map { "entries \($0)\n" } ?? "")
    }

    /// Reads a signed notice and believes it if the log has signed it.
    ///
    /// - Parameters:
    ///   - keys: the log's.
    ///   - origin: the log that is asked about.
    public static func verified(
        _ content: [UInt8],
        of origin: String,
        by keys: [NoteKey]
    ) throws(RetentionError) -> RetentionNotice {
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(content)
            _ = try note.verified(by: keys)
        } catch {
            throw .note(error)
        }
        guard let notice = RetentionNotice(text: note.text) else { throw .malformed }
        guard notice.origin.utf8.elementsEqual(origin.utf8) else {
            throw .otherLog(origin: notice.origin)
        }
        return notice
    }
}
