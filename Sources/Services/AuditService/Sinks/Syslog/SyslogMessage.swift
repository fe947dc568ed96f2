// A record as a message of RFC 5424, in the framing of RFC 5425. Pure.

public import ClawgressAuditIndex
import ClawgressContract
import ClawgressModel

/// Writes messages.
public struct SyslogMessage: Sendable {
    /// How bad a record is (RFC 5424 section 6.2.1).
    public enum Severity: Int, Sendable {
        /// Records are lost.
        case error = 3
        /// Something was refused.
        case warning = 4
        /// The control plane was changed.
        case notice = 5
        /// Everything else.
        case informational = 6

        /// The severity of a record.
        public init(_ facts: IndexedRecord) {
            self =
                switch (facts.kind, facts.decision) {
                case (.gap, _): .error
                case (_, .deny?), (_, .rateLimit?): .warning
                case (.admin, _): facts[.reason] == nil ? .notice : .warning
                default: .informational
                }
        }
    }

    private let facility: Int
    private let enterprise: Int?
    private let marksEncoding: Bool

    /// Prepares messages.
    ///
    /// - Parameters:
    ///   - facility: 0 to 23.
    ///   - enterprise: under which private enterprise number data is named; nil for none.
    ///   - marksEncoding: whether the text begins with a byte order mark.
    public init(facility: Int, enterprise: Int?, marksEncoding: Bool) {
        self.facility = facility
        self.enterprise = enterprise
        self.marksEncoding = marksEncoding
    }

    /// The message with its length before it (RFC 5425 section 4.3).
    public func frame(_ rendered: RenderedRecord) -> [UInt8] {
        let message = message(rendered)
        return Array("\(message.count) ".utf8) + message
    }

    /// The message.
    public func message(_ rendered: RenderedRecord) -> [UInt8] {
        let facts = rendered.record.facts
        let priority = facility * 8 + Severity(facts).rawValue
        let time = facts.time.map(Instant.text) ?? "-"
        let head = [
            "<\(priority)>1", time, Self.word(facts[.gateway], lengthMax: 255), "clawgress", "-",
            facts.kind.rawValue, data(rendered.record),
        ].joined(separator: " ")
        let mark: [UInt8] = marksEncoding ? [0xEF, 0xBB, 0xBF] : []
        return Array(head.utf8) + [UInt8(ascii: " ")] + mark + rendered.line
    }

    /// A field of the head: visible ASCII, or nothing.
    private static func word(_ text: String?, lengthMax: Int) -> String {
        guard let text, (1...lengthMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return "-" }
        return text
    }

    /// The structured data: the registered `origin`, and ours where there is a number for it.
    private func data(_ record: SinkRecord) -> String {
        let origin = "[origin software=\"clawgress-audit\" swVersion=\"\(Product.version)\"]"
        guard let enterprise else { return origin }
        let facts = record.facts
        let values: [(String, String?)] = [
            ("index", String(record.index)), ("agent", facts[.agent]),
            ("decision", facts.decision?.rawValue), ("policy", facts[.policy]),
            ("reason", facts[.reason]), ("host", facts.host), ("request_id", record.id),
        ]
        let text = values.map { name, value in
            value.map { " \(name)=\"\(Self.escaped($0))\"" } ?? ""
        }
        return origin + "[clawgress@\(enterprise)\(text.joined())]"
    }

    /// A value as RFC 5424 section 6.3.3 writes it.
    ///
    /// Control characters, which it allows, become
    /// visible: the next reader may write lines.
    static func escaped(_ value: String) -> String {
        var text = ""
        for character in HarmlessText.escaped(value).unicodeScalars {
            if character == "\"" || character == "\\" || character == "]" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text
    }
}
