// By what a record is known: who wrote it, in which life, on which worker, as which one. Two
// records with one key are one record, whatever was sent how often.

/// Who writes records.
public enum RecordSender: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// A gateway, by its id.
    case gateway(String)
    /// A service of the control plane, by its word.
    case service(String)

    /// `gateway/` and the id, or the service's word.
    public var description: String {
        switch self {
        case .gateway(let id): "gateway/\(id)"
        case .service(let word): word
        }
    }

    /// Reads ``description``.
    public init(_ text: String) {
        let prefix = "gateway/"
        self =
            text.hasPrefix(prefix)
            ? .gateway(String(text.dropFirst(prefix.count))) : .service(text)
    }

    /// The order of the texts.
    public static func < (one: RecordSender, other: RecordSender) -> Bool {
        one.description < other.description
    }
}

/// One start of a sender: 128 bits that it drew.
public struct BootKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    /// Reads 32 lower-case hexadecimal digits; nil for anything else.
    public init?(_ digits: Span<UInt8>) {
        guard digits.count == 32 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for place in 0..<32 {
            guard let value = Self.value(digits[place]) else { return nil }
            words = (words.0 << 4 | words.1 >> 60, words.1 << 4 | UInt64(value))
        }
        (high, low) = words
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// The digits.
    public var description: String {
        [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// The order of the numbers.
    public static func < (one: BootKey, other: BootKey) -> Bool {
        (one.high, one.low) < (other.high, other.low)
    }
}

/// The records among which numbers are counted.
public struct StreamKey: Sendable, Hashable, Comparable {
    /// What is counted.
    public enum Kind: UInt8, Sendable, Hashable {
        /// Records, by their sequence.
        case records
        /// Gap records, by their segment.
        case gaps
    }

    /// Who writes them.
    public var sender: RecordSender
    /// In which life.
    public var boot: BootKey
    /// On which worker.
    public var worker: UInt8
    /// What is counted.
    public var kind: Kind

    /// Names a stream.
    public init(sender: RecordSender, boot: BootKey, worker: UInt8, kind: Kind) {
        self.sender = sender
        self.boot = boot
        self.worker = worker
        self.kind = kind
    }

    /// The order of sender, boot, worker and kind.
    public static func < (one: StreamKey, other: StreamKey) -> Bool {
        (one.sender, one.boot, one.worker, one.kind.rawValue)
            < (other.sender, other.boot, other.worker, other.kind.rawValue)
    }
}

/// One record's key.
public struct RecordKey: Sendable, Hashable {
    /// Its stream.
    public var stream: StreamKey
    /// Its number there.
    public var number: UInt64

    /// Names a record.
    public init(stream: StreamKey, number: UInt64) {
        self.stream = stream
        self.number = number
    }
}
