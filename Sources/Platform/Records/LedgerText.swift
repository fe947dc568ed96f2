// The ledger as a file, so that a start need not read the whole log. Lines that a person can read;
// the last one is a digest of all before it.

import ClawgressBytes
import Crypto

/// Why a file holds no ledger.
public struct LedgerTextError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}

/// Writes and reads the file of a ledger.
public enum LedgerText {
    private static var title: String { "clawgress-streams-v1" }

    /// The content for the file.
    ///
    /// - Parameter size: how many entries of the log the ledger knows for sure.
    public static func write(_ ledger: StreamLedger, size: UInt64) -> [UInt8] {
        var text = "\(title)\n\(size)\n"
        for (key, runs) in ledger.sorted {
            text += "\(key.sender) \(key.boot) \(key.worker) \(key.kind.rawValue)"
            for run in runs.runs { text += " \(run.lowerBound)-\(run.upperBound)" }
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
    ) throws(LedgerTextError) -> (ledger: StreamLedger, size: UInt64) {
        let digestBytes = 65
        guard bytes.count > digestBytes else { throw damaged }
        let content = bytes[..<(bytes.count - digestBytes)]
        let digest = "\(Hexadecimal.encode(SHA256.hash(data: content)))\n"
        guard bytes[content.endIndex...].elementsEqual(digest.utf8) else { throw damaged }
        let lines = content.split(separator: UInt8(ascii: "\n"))
        guard lines.count >= 2, lines[0].elementsEqual(title.utf8),
            let size = UInt64(String(decoding: lines[1], as: UTF8.self))
        else { throw LedgerTextError(description: "it is of another version") }
        var ledger = StreamLedger(runsMax: runsMax)
        for line in lines.dropFirst(2) {
            guard let (key, runs) = stream(line) else { throw damaged }
            do throws(LedgerFull) {
                try ledger.restore(key, runs)
            } catch {
                throw LedgerTextError(description: "it has more than \(runsMax) runs")
            }
        }
        return (ledger, size)
    }

    private static var damaged: LedgerTextError {
        LedgerTextError(description: "its digest does not fit its content")
    }

    private static func stream(_ line: ArraySlice<UInt8>) -> (StreamKey, NumberRuns)? {
        let words = line.split(separator: UInt8(ascii: " "))
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count > 4, let boot = BootKey(Array(words[1].utf8).span),
            let worker = UInt8(words[2]),
            let kind = UInt8(words[3]).flatMap(StreamKey.Kind.init(rawValue:))
        else { return nil }
        var runs: [ClosedRange<UInt64>] = []
        for word in words[4...] {
            let ends = word.split(separator: "-").compactMap { UInt64($0) }
            guard ends.count == 2, ends[0] <= ends[1] else { return nil }
            runs.append(ends[0]...ends[1])
        }
        guard let numbers = NumberRuns(runs) else { return nil }
        let sender = RecordSender(words[0])
        return (StreamKey(sender: sender, boot: boot, worker: worker, kind: kind), numbers)
    }
}
