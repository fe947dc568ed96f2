// How fast the index takes records, and how fast it answers when it has many. Makes its own records,
// in a folder of its own that it removes.
//
//     swift run -c release clawgress-index-bench 10000000

import ClawgressAuditIndex
import Foundation

@main
struct IndexBench {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let total = Int64(arguments.first ?? "1000000"), total >= 100_000 else {
            print("usage: clawgress-index-bench [ROWS, at least 100000] [FOLDER]")
            exit(64)
        }
        let parent = arguments.dropFirst().first ?? FileManager.default.temporaryDirectory.path
        let folder = "\(parent)/clawgress-index-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let index = try AuditIndex(path: "\(folder)/events.sqlite", secondsMax: 600)
        let end = try fill(index, total)
        try report(index, folder)
        for question in Question.all(end: end) { try await question.ask(index) }
        print("peak memory \(memory())")
        try index.close()
    }

    /// Fills the index over one day, as the service does: so many in a transaction.
    private static func fill(_ index: AuditIndex, _ total: Int64) throws -> Int64 {
        var records = Records(step: 86_400_000_000 / total)
        let clock = ContinuousClock()
        let begun = clock.now
        var (mark, markAt, last): (ContinuousClock.Instant, Int64, Int64) = (begun, 0, 0)
        var next: Int64 = 0
        while next < total {
            var entries: [IndexEntry] = []
            var offset = 2
            for number in next..<min(next + 8_192, total) {
                let (text, time) = records.next(number)
                let record = IndexedRecord(text.span)
                entries.append(
                    IndexEntry(leaf: number, offset: offset, length: text.count, record: record)
                )
                offset = number % 256 == 255 ? 2 : offset + text.count + 2
                last = time
            }
            next += Int64(entries.count)
            try index.append(entries, upTo: IndexPosition(next: next, mark: []))
            guard next - markAt >= total / 10 || next == total else { continue }
            let rate = Double(next - markAt) / ((clock.now - mark) / .seconds(1))
            print("\(next) rows, the last \(next - markAt) at \(Int(rate))/s")
            (mark, markAt) = (clock.now, next)
        }
        let rate = Double(total) / ((clock.now - begun) / .seconds(1))
        print("inserted \(Int(rate))/s over all, reading and making the records included")
        return last
    }

    private static func report(_ index: AuditIndex, _ folder: String) throws {
        let size = try index.size()
        print("used pages \(size.bytes >> 20) MiB, words and hosts \(size.words)")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            print("  \(name) \((attributes[.size] as? Int64 ?? 0) >> 20) MiB")
        }
    }

    /// The greatest resident size of this process so far (proc_pid_status(5)).
    private static func memory() -> String {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line.map { $0.split(separator: " ").dropFirst().joined(separator: " ") } ?? "?"
    }
}
