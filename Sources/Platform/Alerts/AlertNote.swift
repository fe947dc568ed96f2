// What is told of an alert, and the JSON in which it is told: the members in the order of their names,
// so that the bytes that are signed are the same for the same note.

import ClawgressJWS

/// Something to be told of an alert.
public struct AlertNote: Sendable, Equatable {
    /// Its word, and for a sink the sink.
    public struct Subject: Sendable, Hashable {
        /// The alert's word.
        public let alert: String
        /// The sink that it is about; nil for any other alert.
        public let sink: String?

        /// Names an alert.
        public init(alert: String, sink: String? = nil) {
            self.alert = alert
            self.sink = sink
        }
    }

    /// What became of it; the words are stable.
    public enum State: String, Sendable {
        /// Something that lasts began.
        case raised
        /// It ended.
        case over
        /// Something happened that has no end.
        case happened
    }

    /// What the log says of it, too.
    public struct Text: Sendable, Equatable {
        /// A sentence.
        public let message: String
        /// The values that belong to it, by name.
        public let details: [String: String]
        /// How often it happened since the last time that it was said, and was not said.
        public let repeated: UInt64

        /// Describes what happened.
        public init(_ message: String, _ details: [String: String] = [:], repeated: UInt64 = 0) {
            self.message = message
            self.details = details
            self.repeated = repeated
        }
    }

    /// What it is about.
    public let subject: Subject
    /// What became of it.
    public let state: State
    /// What is said about it; nil where the word says all.
    public let text: Text?
    /// When, in microseconds since 1970 UTC.
    public let time: Int64
}

extension AlertNote {
    /// The most characters of a detail: some quote what others sent.
    private static var detailMax: Int { 1_024 }

    /// The note as one line of JSON.
    public func line(from sender: AlertSender) -> [UInt8] {
        var members = [
            JSONMember("alert", .string(subject.alert)),
            JSONMember("service", .string(sender.service)),
            JSONMember("state", .string(state.rawValue)),
            JSONMember("timestamp", .string(sender.clock.text(time))),
            JSONMember(sender.nameKey, .string(sender.name)),
        ]
        if let sink = subject.sink { members.append(JSONMember("sink", .string(sink))) }
        if let text { members += Self.members(text) }
        members.sort { $0.name < $1.name }
        return Array((JSONValue.object(members).jsonText + "\n").utf8)
    }

    private static func members(_ text: Text) -> [JSONMember] {
        var members = [JSONMember("message", .string(text.message))]
        if !text.details.isEmpty {
            let details = text.details.sorted { $0.key < $1.key }
            members.append(
                JSONMember(
                    "details",
                    .object(details.map { JSONMember($0.key, .string(bounded($0.value))) })
                )
            )
        }
        if text.repeated > 0 {
            members.append(JSONMember("repeated", .integer(Int64(clamping: text.repeated))))
        }
        return members
    }

    private static func bounded(_ value: String) -> String {
        var start = String.UnicodeScalarView()
        start.append(contentsOf: value.unicodeScalars.prefix(detailMax))
        return String(start)
    }
}
