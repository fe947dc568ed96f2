// A segment as readers and recovery see it: bytes that anyone could have damaged. Nothing in
// this file trusts a length or a value that it has not checked.

import ClawgressBytes

/// What is at an offset of a segment.
enum SlotProbe: Equatable {
    /// No slot begins here, and none follows; more may come while the segment is in use.
    case end
    /// Something that no writer left here: nothing behind it can be found.
    case torn
    /// A valid slot of this length.
    case slot(length: Int)
    /// A valid administrative record, or sign of life, of this length.
    case record(length: Int)

    /// The length of what is there; nil if nothing is.
    var length: Int? {
        switch self {
        case .end, .torn: nil
        case .slot(let length), .record(let length): length
        }
    }
}

/// A mapped segment of which nothing is taken for granted.
struct SegmentView: ~Copyable {
    var file: MappedFile
    let header: SegmentHeader

    /// Maps a segment and checks its header.
    ///
    /// - Throws: `SpoolError.malformed` if the file is no segment.
    init(number: UInt64, in folder: String, writable: Bool = false) throws(SpoolError) {
        let path = SegmentFiles.path(number, in: folder)
        let mapped: MappedFile
        do throws(FileError) {
            mapped = try MappedFile.open(path: path, writable: writable)
        } catch {
            // By the error and not by another look: a segment that is being made is empty for a
            // moment, and may have its length by then.
            if error.isEmptyFile { throw .malformed(path: path) }
            throw .file(error)
        }
        guard let header = SegmentHeader(mapped) else { throw .malformed(path: path) }
        guard header.number == number else { throw .malformed(path: path) }
        self.header = header
        file = mapped
    }

    var isSealed: Bool { file.observe(at: HeaderLayout.sealed) >= SealState.sealed }

    var isDurable: Bool { file.observe(at: HeaderLayout.sealed) == SealState.durable }

    /// Whether its writer has begun to use it.
    var isStarted: Bool {
        isSealed || !gap.isEmpty || probe(at: HeaderLayout.bytes) != .end
    }

    /// Whether recovery need not look through it: nothing in it is open, and what it says of the
    /// last sequence number can be believed.
    var isClosed: Bool { isDurable && file.hasSoundSequence }

    var gap: GapCounts { GapCounts(file.bytes) }

    /// Why the first loss happened; nil if no writer of ours noted it.
    var gapReason: SpoolShortage? {
        SpoolShortage(rawValue: file.bytes[HeaderLayout.gapReason])
    }

    var lastSequence: UInt64 {
        file.bytes.load(littleEndian: UInt64.self, at: HeaderLayout.lastSequence)
    }

    /// Looks for a slot at `start`, which is the header's end or the end of a valid slot.
    func probe(at start: Int) -> SlotProbe {
        guard start <= file.length - 4 else { return .end }
        let published = file.observe(at: start + SlotLayout.length)
        guard published != 0 else { return .end }
        guard published & RecordKind.bits == 0 else { return probeRecord(at: start, published) }
        let length = Int(published)
        guard length >= SlotLayout.bytesMin, length <= SlotLayout.bytesMax,
            length <= file.length - start
        else { return .torn }
        let bytes = file.bytes
        guard let room = ServerNameRoom(bytes, at: start, slotLength: length) else { return .torn }
        let content = bytes.extracting(start + SlotLayout.intent..<room.start)
        let checksum = bytes.load(littleEndian: UInt32.self, at: start + SlotLayout.intentChecksum)
        guard content.crc32c(seed: published) == checksum,
            IntentBits.areValid(bytes, at: start)
        else { return .torn }
        return .slot(length: length)
    }

    /// The state of a valid slot; anything unknown counts as open, so that it is concluded.
    func state(at start: Int) -> UInt32 {
        let state = file.observe(at: start + SlotLayout.state)
        let isKnown = state >= SlotState.open && state <= SlotState.arriving
        return isKnown ? state : SlotState.open
    }

    /// Whether a concluded slot's outcome is whole.
    func hasValidOutcome(at start: Int) -> Bool {
        let bytes = file.bytes
        let checksum = bytes.load(littleEndian: UInt32.self, at: start + SlotLayout.outcomeChecksum)
        return outcomeChecksum(bytes, at: start) == checksum
            && OutcomeBits.areValid(bytes, at: start)
    }

    func word(_ offset: Int) -> UInt64 {
        file.bytes.load(littleEndian: UInt64.self, at: offset)
    }
}
