// Where a sink is, on the disk: written when the sink has taken a batch and not before, so that a
// process that ends in between hands the batch over again.

import ClawgressBytes
import ClawgressJWS
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning

/// A sink's place in a log.
struct SinkCursor: Sendable, Equatable {
    /// The log, by its name.
    let log: String
    /// The next entry.
    let next: Int
    /// What the sink wants to know when it goes on; `null` for nothing.
    let mark: JSONValue

    private static var bytesMax: Int { 65_536 }

    /// Reads it; nil if there is none.
    static func read(_ path: String) throws(SinkProblem) -> SinkCursor? {
        let content: [UInt8]?
        do throws(FileError) {
            content = try WholeFile.readIfPresent(path, bytesMax: bytesMax)
        } catch {
            throw SinkProblem("the cursor cannot be read: \(error)")
        }
        guard let content else { return nil }
        guard let value = try? StrictJSON.read(content.span), let log = value["log"]?.text,
            let next = value["next"]?.integer, next >= 0, let mark = value["mark"]
        else {
            throw SinkProblem("`\(path)` is no cursor: remove it to begin anew", .halt)
        }
        return SinkCursor(log: log, next: Int(next), mark: mark)
    }

    /// Replaces it.
    func write(_ path: String) throws(SinkProblem) {
        let value = JSONValue.object([
            JSONMember("log", .string(log)),
            JSONMember("mark", mark),
            JSONMember("next", .integer(Int64(next))),
        ])
        do throws(FileError) {
            try WholeFile.replace(path, with: Array((value.jsonText + "\n").utf8), mode: 0o600)
        } catch {
            throw SinkProblem("the cursor cannot be written: \(error)")
        }
    }
}

extension AuditLog {
    /// The log's name.
    nonisolated var name: String { signer.key.name }
}

extension AuditPlaces {
    /// The folder of the sinks' cursors.
    var sinks: String { "\(stateFolder)/sinks" }
}
