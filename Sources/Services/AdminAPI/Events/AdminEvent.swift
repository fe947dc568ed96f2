// What is kept of an operator's action: who, from where, what, on what, and how it ended. The text
// is canonical JSON (RFC 8785), as the gateways' events are, so that one log can take both.

import ClawgressBytes
import ClawgressContract
import ClawgressJWS
import ClawgressSnapshotText

/// An admin audit event.
struct AdminEvent: Sendable {
    /// How the action ended.
    enum Result: String, Sendable {
        case ok, refused, failed
    }

    /// The version of the event's form.
    static var formatVersion: Int64 { 1 }
    /// How long each text may be, in bytes; what is longer is cut, and `truncated` names it.
    private static var textBytesMax: Int { 2_048 }

    /// Microseconds since 1970 UTC.
    var timestamp: Int64
    /// Which process, and which start of it.
    var bootID: String
    var actor: String
    var credentialID: String
    var source: String
    /// A stable word such as `commit`.
    var action: String
    /// What it was done to, such as a user or a revision.
    var target: String
    /// What changed, or why it was refused.
    var summary: String
    var result: Result
    /// The problem's code where it was refused.
    var code: String?

    /// The event's text under its number.
    func canonical(sequence: Int64) -> [UInt8] {
        var truncated: [String] = []
        func text(_ name: String, _ value: String) -> JSONMember {
            guard value.utf8.count > Self.textBytesMax else {
                return JSONMember(name, .string(value))
            }
            truncated.append(name)
            var cut = String(decoding: value.utf8.prefix(Self.textBytesMax), as: UTF8.self)
            // Half a character at the end would be a replacement character that nobody wrote.
            if cut.unicodeScalars.last == "\u{FFFD}" { cut.unicodeScalars.removeLast() }
            return JSONMember(name, .string(cut))
        }
        var members = [
            text("action", action), text("actor", actor), JSONMember("boot_id", .string(bootID)),
        ]
        if let code { members.append(JSONMember("code", .string(code))) }
        members += [
            text("credential_id", credentialID),
            JSONMember("format", .integer(Self.formatVersion)),
            JSONMember("kind", .string("admin")),
            JSONMember("result", .string(result.rawValue)),
            JSONMember("sequence", .integer(sequence)),
            text("source", source), text("summary", summary), text("target", target),
            JSONMember("timestamp", .string(AdminTime.microseconds(timestamp))),
        ]
        members.append(JSONMember("truncated", .array(truncated.sorted().map(JSONValue.string))))
        return SnapshotText.canonical(.object(members))
    }
}
