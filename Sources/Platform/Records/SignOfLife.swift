// What a heartbeat says of the numbers that its gateway had given: with it also the end of a stream can
// be missing, and not only what is before some record that came.

import ClawgressBytes

/// A gateway's heartbeat, as far as it speaks of other records.
public struct SignOfLife: Sendable, Equatable {
    /// Whether it came in its turn, so that a minute lies between it and the one before.
    public let isRunning: Bool
    /// Whether the gateway takes no more requests from then on.
    public let isFinal: Bool
    /// The time that it tells, as it is written; nil if it tells none.
    public let timestamp: String?
    /// The last number of each worker, by worker; 0 for none.
    public let lastSequences: [UInt64]

    /// A gateway has no more workers (`Heartbeat.workersMax`).
    public static var workersMax: Int { 64 }

    /// Reads the members of a line; nil if it is no heartbeat, or speaks of no numbers.
    init?(_ members: LineMembers, in line: Span<UInt8>) {
        guard case .plain(let word) = members.record, line.extracting(word).equals("heartbeat"),
            case .array(let place) = members.lastSequences,
            let numbers = Self.numbers(line.extracting(place))
        else { return nil }
        lastSequences = numbers
        var phase = ""
        if case .plain(let place) = members.phase { phase = line.extracting(place).string() }
        isRunning = phase == "running"
        isFinal = phase == "drain"
        if case .plain(let place) = members.timestamp {
            timestamp = line.extracting(place).string()
        } else {
            timestamp = nil
        }
    }

    /// The numbers between two brackets; nil if there is anything else, or more than workers.
    private static func numbers(_ text: Span<UInt8>) -> [UInt64]? {
        var numbers: [UInt64] = []
        var number: UInt64?
        for place in 1..<text.count {
            switch text[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (value, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
                guard !overflow, value <= CanonicalReader.integerMax else { return nil }
                number = value + UInt64(text[place] - UInt8(ascii: "0"))
            case UInt8(ascii: ","), UInt8(ascii: "]"):
                guard let value = number, numbers.count < workersMax else { return nil }
                numbers.append(value)
                number = nil
            default: return nil
            }
        }
        return numbers
    }
}
