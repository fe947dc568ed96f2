// Signs of life among the slots of a segment: complete when they are written, as administrative
// records are, and marked in the length in the same way.

import ClawgressBytes

/// The parts of a sign of life, as offsets from its beginning, behind those of ``RecordLayout``.
enum HeartbeatLayout {
    static var timestamp: Int { 24 }
    static var openExchanges: Int { 32 }
    static var dropped: Int { 40 }
    /// Phase, number of workers, and whether the id of an unclean start follows.
    static var bits: Int { 48 }
    /// Eight bytes for each worker, and then that id.
    static var sequences: Int { 56 }
    static var bootBytes: Int { 16 }

    /// The possible lengths.
    static var lengths: ClosedRange<Int> {
        sequences...sequences + 8 * Heartbeat.workersMax + bootBytes
    }
}

extension Segment {
    /// Writes a sign of life.
    ///
    /// - Returns: whether it fitted.
    mutating func append(_ heartbeat: Heartbeat, sequence: UInt64) -> Bool {
        let boot = HeartbeatLayout.sequences + 8 * heartbeat.lastSequences.count
        let length = boot + (heartbeat.uncleanBoot == nil ? 0 : HeartbeatLayout.bootBytes)
        return append(record: .heartbeat, length: length, sequence: sequence) { file, start in
            file.store(
                littleEndian: heartbeat.timestamp,
                at: start + HeartbeatLayout.timestamp
            )
            file.store(
                littleEndian: heartbeat.openExchanges,
                at: start + HeartbeatLayout.openExchanges
            )
            file.store(littleEndian: heartbeat.dropped, at: start + HeartbeatLayout.dropped)
            let bits = [
                heartbeat.phase.rawValue, UInt8(heartbeat.lastSequences.count),
                heartbeat.uncleanBoot == nil ? 0 : 1,
            ]
            file.store(bits.span, at: start + HeartbeatLayout.bits)
            for (worker, last) in heartbeat.lastSequences.enumerated() {
                file.store(
                    littleEndian: last,
                    at: start + HeartbeatLayout.sequences + 8 * worker
                )
            }
            guard let unclean = heartbeat.uncleanBoot else { return }
            file.store(littleEndian: unclean.high, at: start + boot)
            file.store(littleEndian: unclean.low, at: start + boot + 8)
        }
    }
}

/// A sign of life from its bytes.
enum HeartbeatSlot {
    /// Reads the record at `start`, whose `length` and checksum are right; nil if a writer of ours
    /// would not have left it so.
    static func heartbeat(_ bytes: Span<UInt8>, at start: Int, length: Int) -> Heartbeat? {
        func word(_ offset: Int) -> UInt64 {
            bytes.load(littleEndian: UInt64.self, at: start + offset)
        }
        let count = Int(bytes[start + HeartbeatLayout.bits + 1])
        let hasBoot = bytes[start + HeartbeatLayout.bits + 2]
        let boot = HeartbeatLayout.sequences + 8 * count
        guard let phase = Heartbeat.Phase(rawValue: bytes[start + HeartbeatLayout.bits]),
            hasBoot <= 1, length == boot + Int(hasBoot) * HeartbeatLayout.bootBytes
        else { return nil }
        return Heartbeat(
            timestamp: Int64(bitPattern: word(HeartbeatLayout.timestamp)),
            phase: phase,
            openExchanges: word(HeartbeatLayout.openExchanges),
            dropped: word(HeartbeatLayout.dropped),
            lastSequences: (0..<count).map { word(HeartbeatLayout.sequences + 8 * $0) },
            uncleanBoot: hasBoot == 1 ? BootID(high: word(boot), low: word(boot + 8)) : nil
        )
    }
}
