// Records among the slots of a segment that are complete when they are written, so that they have
// neither states nor an outcome: administrative ones and signs of life.
//
// What tells them from slots of requests are the lowest bits of the length, which is a multiple of
// eight otherwise: they are under the checksum, and requests are written and read as before. To
// what was built for earlier versions such a length is damage.

import ClawgressBytes

/// The kinds of such records, by what their lengths are marked with.
enum RecordKind: UInt32 {
    case admin = 1
    case heartbeat = 2

    /// The bits of a length that hold the kind.
    static var bits: UInt32 { UInt32(SlotLayout.alignment - 1) }

    /// The possible lengths.
    var lengths: ClosedRange<Int> {
        switch self {
        case .admin: AdminLayout.bytesMin...AdminLayout.bytesMax
        case .heartbeat: HeartbeatLayout.lengths
        }
    }
}

/// What all of them have, as offsets from the beginning.
enum RecordLayout {
    // Four bytes stay zero where other slots have a state, and four in front of the sequence.
    static var checksum: Int { 8 }
    /// From here to the end all is under the checksum, which begins with the marked length.
    static var content: Int { 12 }
    /// Where an outcome has it.
    static var sequence: Int { SlotLayout.sequence }
}

extension Segment {
    /// Writes a record.
    ///
    /// - Parameters:
    ///   - length: a multiple of the slots' alignment.
    ///   - store: stores all but length, checksum and sequence; is given where the record begins.
    /// - Returns: whether it fitted.
    mutating func append(
        record kind: RecordKind,
        length: Int,
        sequence: UInt64,
        store: (inout MappedFile, Int) -> Void
    ) -> Bool {
        let marked = UInt32(length) | kind.rawValue
        return append(length: length, published: marked) { file, start in
            file.store(littleEndian: sequence, at: start + RecordLayout.sequence)
            store(&file, start)
            let content = start + RecordLayout.content..<start + length
            let checksum = file.bytes.extracting(content).crc32c(seed: marked)
            file.store(littleEndian: checksum, at: start + RecordLayout.checksum)
        }
    }
}

extension SegmentView {
    /// Looks at what may be a record at `start`, of the `marked` length.
    func probeRecord(at start: Int, _ marked: UInt32) -> SlotProbe {
        let length = Int(marked & ~RecordKind.bits)
        guard let kind = RecordKind(rawValue: marked & RecordKind.bits),
            kind.lengths.contains(length), length <= file.length - start
        else { return .torn }
        let bytes = file.bytes
        let content = bytes.extracting(start + RecordLayout.content..<start + length)
        let checksum = bytes.load(littleEndian: UInt32.self, at: start + RecordLayout.checksum)
        guard content.crc32c(seed: marked) == checksum, isSound(kind, at: start, length: length)
        else { return .torn }
        return .record(length: length)
    }

    /// The record at `start`, which was probed.
    func record(at start: Int, length: Int) -> AuditRecord? {
        let marked = file.observe(at: start + SlotLayout.length)
        switch RecordKind(rawValue: marked & RecordKind.bits) {
        case .admin: return adminRecord(at: start, length: length).map { .admin($0) }
        case .heartbeat: return heartbeatRecord(at: start, length: length).map { .heartbeat($0) }
        case nil: return nil
        }
    }

    private func isSound(_ kind: RecordKind, at start: Int, length: Int) -> Bool {
        switch kind {
        case .admin: AdminSlot.event(file.bytes, at: start, length: length) != nil
        case .heartbeat: HeartbeatSlot.heartbeat(file.bytes, at: start, length: length) != nil
        }
    }

    private func adminRecord(at start: Int, length: Int) -> AdminRecord? {
        guard let event = AdminSlot.event(file.bytes, at: start, length: length) else { return nil }
        return AdminRecord(
            event: event,
            serviceID: header.gatewayID,
            bootID: header.bootID,
            worker: header.worker,
            sequence: word(start + RecordLayout.sequence)
        )
    }

    private func heartbeatRecord(at start: Int, length: Int) -> HeartbeatRecord? {
        let read = HeartbeatSlot.heartbeat(file.bytes, at: start, length: length)
        guard let heartbeat = read else { return nil }
        return HeartbeatRecord(
            heartbeat: heartbeat,
            gatewayID: header.gatewayID,
            bootID: header.bootID,
            worker: header.worker,
            sequence: word(start + RecordLayout.sequence)
        )
    }
}
