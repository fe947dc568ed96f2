// The ledger as a file, so that a start need not read the whole log. Lines that a person can read;
// the last one is a digest of all before it.

import ClawgressBytes
import Crypto

/// What of a log's records is kept beside the log.
public struct KeptStreams: Sendable {
    /// Which records are in the log.
    public var ledger: StreamLedger
    /// How far the streams go, as heartbeats say.
    public var announced: AnnouncedNumbers
    /// How many entries of the log both know for sure.
    public var size: Int

    /// Puts together what is kept.
    public init(ledger: StreamLedger, announced: AnnouncedNumbers, size: Int) {
        self.ledger = ledger
        self.announced = announced
        self.size = size
    }
}

/// Why a file holds no ledger.
public struct LedgerTextError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}

/// Writes and reads the file of a ledger.
public enum LedgerText {
    private static var title: String { "clawgress-streams-v1" }
    /// Behind it stands how far a heartbeat said that a stream goes, if that has not come.
    private static var announcement: String { "announced=" }

    /// The content for the file.
    public static func write(_ kept: KeptStreams) -> [UInt8] {
        let beyond = kept.announced.beyond(kept.ledger)
        let unseen = beyond.keys.filter { kept.ledger[$0] == nil }
            .map { (key: $0, runs: NumberRuns()) }
        var text = "\(title)\n\(kept.size)\n"
        for (key, runs) in kept.ledger.sorted + unseen.sorted(by: { $0.key < $1.key }) {
            text += "\(key.sender) \(key.boot) \(key.worker) \(key.kind.rawValue)"
            for run in runs.runs { text += " \(run.lowerBound)-\(run.upperBound)" }
            if let last = beyond[key] { text += " \(announcement)\(last)" }
            text += "\n"
        }
        let bytes = Array(text.utf8)
        return bytes + Array("\(Hexadecimal.encode(SHA256.hash(data: bytes)))\n".utf8)
    }

    /// Reads a file's content.
    ///
    /// - Throws: `LedgerTextError`.
    public static func read(
        _ bytes: [UInt8],
        runsMax: Int
    ) throws(LedgerTextError) -> KeptStreams {
        let digestBytes = 65
        guard bytes.count > digestBytes else { throw damaged }
        let content = bytes[..<(bytes.count - digestBytes)]
        let digest = "\(Hexadecimal.encode(SHA256.hash(data: content)))\n"
        guard bytes[content.endIndex...].elementsEqual(digest.utf8) else { throw damaged }
        let lines = content.split(separator: UInt8(ascii: "\n"))
        guard lines.count >= 2, lines[0].elementsEqual(title.utf8),
            let size = Int(String(decoding: lines[1], as: UTF8.self)), size >= 0
        else { throw LedgerTextError(description: "it is of another version") }
        var ledger = StreamLedger(runsMax: runsMax)
        var beyond: [StreamKey: UInt64] = [:]
        for line in lines.dropFirst(2) {
            guard let stream = stream(line) else { throw damaged }
            beyond[stream.key] = stream.announced
            guard !stream.runs.runs.isEmpty else { continue }
            do throws(LedgerFull) {
                try ledger.restore(stream.key, stream.runs)
            } catch {
                throw LedgerTextError(description: "it has more than \(runsMax) runs")
            }
        }
        let announced = AnnouncedNumbers(newest: beyond)
        return KeptStreams(ledger: ledger, announced: announced, size: size)
    }

    private static var damaged: LedgerTextError {
        LedgerTextError(description: "its digest does not fit its content")
    }

    private struct Stream {
        let key: StreamKey
        let runs: NumberRuns
        let announced: UInt64?
    }

    private static func stream(_ line: ArraySlice<UInt8>) -> Stream? {
        var words = line.split(separator: UInt8(ascii: " "))
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count > 4, let boot = BootKey(Array(words[1].utf8).span),
            let worker = UInt8(words[2]),
            let kind = UInt8(words[3]).flatMap(StreamKey.Kind.init(rawValue:))
        else { return nil }
        var announced: UInt64?
        if let last = words.last, last.hasPrefix(announcement) {
            guard let number = UInt64(last.dropFirst(announcement.count)) else { return nil }
            announced = number
            words.removeLast()
        }
        var runs: [ClosedRange<UInt64>] = []
        for word in words[4...] {
            let ends = word.split(separator: "-").compactMap { UInt64($0) }
            guard ends.count == 2, ends[0] <= ends[1] else { return nil }
            runs.append(ends[0]...ends[1])
        }
        guard let numbers = NumberRuns(runs) else { return nil }
        let sender = RecordSender(words[0])
        let key = StreamKey(sender: sender, boot: boot, worker: worker, kind: kind)
        return Stream(key: key, runs: numbers, announced: announced)
    }
}
