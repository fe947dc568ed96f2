// The service's own signs of life. A checkpoint over the same tree would be the same text, so while
// nothing comes the log says that it lives by a record: with it the tree grows, and whoever reads
// the newest checkpoint learns from its last entry how old it is.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressJWS

/// Makes heartbeats of one life of the service.
public struct Pulse: Sendable {
    private static var formatVersion: Int64 { 1 }

    private let bootID: String
    private var sequence: Int64 = 0
    /// How long the log has had no newer checkpoint, in milliseconds.
    private var silence: Int64 = 0
    private var size = -1

    /// Begins a life under an id that is drawn for it.
    public init(using generator: inout some RandomNumberGenerator) {
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bootID = Hexadecimal.encode(bytes)
    }

    /// Whether the log was silent for `limit`.
    ///
    /// - Parameters:
    ///   - size: of the newest checkpoint.
    ///   - elapsed: since the last call, in milliseconds.
    public mutating func isDue(size: Int, after elapsed: Int64, limit: Int64) -> Bool {
        silence = size == self.size ? silence + elapsed : 0
        self.size = size
        return silence >= limit
    }

    /// The next record; it is this one again until ``given()``.
    ///
    /// - Parameter microseconds: since 1970 UTC.
    public func record(at microseconds: Int64) -> [UInt8] {
        let text = JSONValue.object([
            JSONMember("boot_id", .string(bootID)),
            JSONMember("event_version", .integer(Self.formatVersion)),
            JSONMember("phase", .string("running")),
            JSONMember("record", .string("heartbeat")),
            JSONMember("sequence", .integer(sequence + 1)),
            JSONMember("service_id", .string("audit")),
            JSONMember("timestamp", .string(Instant.text(microseconds))),
            JSONMember("worker", .integer(0)),
        ]).jsonText
        return Array(text.utf8)
    }

    /// The record is in the log.
    public mutating func given() {
        sequence += 1
        silence = 0
    }
}
