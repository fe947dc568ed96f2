// What values can be. A type knows its constraint as a sentence, for help and for the reference
// page, and reads words; what it reads has one spelling, so equal trees have equal text.

/// The type of a value or name.
public enum ValueType: Sendable, Equatable {
    /// `true` or `false`.
    case flag
    /// One of a few words.
    case choice([ConfigChoice])
    /// A whole number in a range, counted in a unit; empty for no unit.
    case integer(ClosedRange<Int64>, unit: String)
    /// An id (`[a-z0-9][a-z0-9._-]{0,62}`).
    case identifier
    /// The id of an agent that is declared.
    case agentReference
    /// A destination pattern or, where groups may stand, `group:` and the name of a group.
    case destination(allowsGroups: Bool)
    /// An address block (RFC 4632).
    case block
    /// An address of either family.
    case address
    /// A host name.
    case hostName
    /// A request method in capitals (RFC 9110 section 9).
    case method
    /// A prefix of a canonical path.
    case pathPrefix
    /// A pattern of canonical paths.
    case pathPattern
    /// A port, or all from one to another.
    case portRange
    /// An address of a name server, perhaps with a port.
    case nameServer
    /// `HH:MM`; where a period ends, also `24:00`.
    case timeOfDay(endsPeriod: Bool)
    /// `UTC` or a fixed offset.
    case zone
    /// A moment (RFC 3339), UTC, whole seconds.
    case moment
    /// SHA-256 in lower-case hexadecimal.
    case digest
    /// The public half of an API key's name.
    case keyID
    /// A public JWK (RFC 7517).
    case publicKey
    /// Printable ASCII.
    case text

    /// The greatest length of a text in bytes.
    public static var textBytesMax: Int { 1_024 }

    /// What may stand here, as the end of a sentence or a list of words.
    public var allowed: [String] {
        switch self {
        case .flag: ["true", "false"]
        case .choice(let choices): choices.map(\.word)
        case .integer(let range, let unit):
            [
                "\(range.lowerBound) to \(range.upperBound)" + (unit.isEmpty ? "" : " \(unit)")
            ]
        case .identifier: ["an id: 1 to 63 of `a-z 0-9 . _ -` that begin with a letter or digit"]
        case .agentReference: ["the id of a declared agent"]
        case .destination(let allowsGroups):
            [
                "`example.com`", "`*.example.com`", "an address", "a block such as `10.0.0.0/8`",
                "each perhaps with `:8443`, `:8000-8999` or `:*`",
            ] + (allowsGroups ? ["`group:NAME`"] : [])
        case .block: ["an address block such as `10.0.0.0/8`, with no bits set after the prefix"]
        case .address: ["an address such as `192.0.2.1` or `2001:db8::1`"]
        case .hostName: ["a host name"]
        case .method: ["a method in capitals such as `GET`; `CONNECT` is a tunnel"]
        case .pathPrefix: ["a path such as `/folder`, without query, encoded slashes or blanks"]
        case .pathPattern:
            ["a path such as `/users/*/tokens/**` with a `*` for a segment or a `**` for the rest"]
        case .portRange: ["a port such as `443`, or `8000-8999`"]
        case .nameServer: ["an address such as `192.0.2.53` or `[2001:db8::53]:5353`"]
        case .timeOfDay(let endsPeriod):
            ["a time of day such as `08:00`" + (endsPeriod ? "; `24:00` is the end" : "")]
        case .zone: ["`UTC` or a fixed offset such as `+05:30`, at most 14 hours"]
        case .moment: ["a time in UTC such as `2026-11-23T21:17:42Z`"]
        case .digest: ["64 hexadecimal digits in small letters"]
        case .keyID: ["12 of `a-z 0-9`"]
        case .publicKey: ["a public JWK for ES256, EdDSA, RS256 or PS256 in quotes"]
        case .text: ["1 to \(Self.textBytesMax) characters of printable ASCII"]
        }
    }

    /// One word for what stands here, for placeholders and the reference page.
    public var noun: String {
        switch self {
        case .flag: "flag"
        case .choice: "word"
        case .integer: "number"
        case .identifier: "id"
        case .agentReference: "agent"
        case .destination: "destination"
        case .block: "block"
        case .address: "address"
        case .hostName: "host"
        case .method: "method"
        case .pathPrefix: "path"
        case .pathPattern: "pattern"
        case .portRange: "port"
        case .nameServer: "server"
        case .timeOfDay: "time"
        case .zone: "zone"
        case .moment: "moment"
        case .digest: "digest"
        case .keyID: "key-id"
        case .publicKey: "jwk"
        case .text: "text"
        }
    }

    /// The words that are known to be good here, with their help.
    public var knownWords: [ConfigChoice] {
        switch self {
        case .flag: [ConfigChoice("true", "yes"), ConfigChoice("false", "no")]
        case .choice(let choices): choices
        case .method: Self.commonMethods.map { ConfigChoice($0, "") }
        case .zone: [ConfigChoice("UTC", "no offset")]
        default: []
        }
    }

    private static var commonMethods: [String] {
        ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    }
}

/// A word and what it means.
public struct ConfigChoice: Sendable, Equatable {
    /// The word.
    public let word: String
    /// What it means, in one line without full stop.
    public let help: String

    init(_ word: String, _ help: String) {
        self.word = word
        self.help = help
    }
}
