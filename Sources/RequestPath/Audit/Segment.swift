// One segment as its writer sees it. Every slot is stored in the order that makes a killed
// process harmless: content, checksum, then the one word that makes the content count.

import ClawgressBytes
import ClawgressModel

/// A mapped segment that a writer fills.
struct Segment: ~Copyable, Sendable {
    private(set) var file: MappedFile
    let number: UInt64
    /// Where the next slot begins.
    private(set) var end = HeaderLayout.bytes
    /// How many slots await their outcome.
    private(set) var openCount = 0

    init(file: consuming MappedFile, number: UInt64) {
        self.file = file
        self.number = number
    }

    /// Writes an open slot; nil if it does not fit any more.
    mutating func append(_ intent: SpoolIntent, _ texts: borrowing SpoolTexts) -> Int? {
        let lengths = TextLengths(
            texts,
            hasTunnel: intent.tunnelRequestID != nil,
            isRedacted: intent.isRedacted
        )
        let covered = SlotLayout.alignedTexts(lengths.total)
        var length = covered
        if intent.reservesServerName { length += SlotLayout.serverNameRoom }
        if intent.decision == .allow { length += SlotLayout.closingRoom }
        guard length <= file.length - end else { return nil }
        let start = end
        storeFields(intent, lengths, at: start)
        storeTexts(texts, lengths, at: start + SlotLayout.texts)
        if let tunnel = intent.tunnelRequestID, let place = lengths.tunnelPlace {
            file.store(littleEndian: tunnel.high, at: start + place)
            file.store(littleEndian: tunnel.low, at: start + place + 8)
        }
        let content = start + SlotLayout.intent..<start + covered
        let checksum = file.bytes.extracting(content).crc32c(seed: UInt32(length))
        file.store(littleEndian: SlotState.open, at: start + SlotLayout.state)
        file.store(littleEndian: checksum, at: start + SlotLayout.intentChecksum)
        file.publish(UInt32(length), at: start + SlotLayout.length)
        end = start + length
        openCount += 1
        return start
    }

    /// Writes a slot that is complete at once.
    ///
    /// - Parameters:
    ///   - published: what is stored as the length, last of all.
    ///   - store: is given where the slot begins.
    /// - Returns: whether it fitted.
    mutating func append(
        length: Int,
        published: UInt32,
        store: (inout MappedFile, Int) -> Void
    ) -> Bool {
        guard length <= file.length - end else { return false }
        store(&file, end)
        file.publish(published, at: end + SlotLayout.length)
        end += length
        return true
    }

    /// Completes the open slot at `start`.
    mutating func conclude(
        at start: Int,
        _ outcome: SpoolOutcome,
        serverName: Span<UInt8>,
        sequence: UInt64
    ) {
        precondition(
            file.observe(at: start + SlotLayout.state) == SlotState.open,
            "concluded twice"
        )
        storeOutcome(outcome, serverName: serverName, sequence: sequence, in: &file, at: start)
        openCount -= 1
    }

    /// Copies an open slot of another segment here, where it counts from then on.
    ///
    /// A kill at any point leaves it counting in exactly one place.
    ///
    /// - Returns: the handle under which the client of the writer knows the exchange, and the
    ///   new place; nil if it does not fit.
    mutating func adopt(
        _ source: inout Segment,
        at from: Int
    ) -> (origin: SlotHandle, start: Int)? {
        let length = Int(source.file.observe(at: from + SlotLayout.length))
        guard length <= file.length - end else { return nil }
        let previous = SlotHandle(number: source.number, offset: from)
        let known = source.file.bytes.load(
            littleEndian: UInt64.self,
            at: from + SlotLayout.movedOrigin
        )
        let origin = known == 0 ? previous : SlotHandle(raw: known)
        let start = end
        file.store(
            source.file.bytes.extracting(from + SlotLayout.intentChecksum..<from + length),
            at: start + SlotLayout.intentChecksum
        )
        file.store(littleEndian: previous.raw, at: start + SlotLayout.movedFrom)
        file.store(littleEndian: origin.raw, at: start + SlotLayout.movedOrigin)
        file.store(littleEndian: SlotState.arriving, at: start + SlotLayout.state)
        file.publish(UInt32(length), at: start + SlotLayout.length)
        source.file.publish(SlotState.void, at: from + SlotLayout.state)
        file.publish(SlotState.open, at: start + SlotLayout.state)
        source.openCount -= 1
        openCount += 1
        end = start + length
        return (origin, start)
    }

    /// The first open slot at or after `offset`.
    func firstOpenSlot(from offset: Int) -> Int? {
        var place = offset
        while place < end {
            if file.observe(at: place + SlotLayout.state) == SlotState.open { return place }
            place += Int(file.observe(at: place + SlotLayout.length))
        }
        return nil
    }

    /// Counts events that are lost, in place: a killed process has counted all it lost.
    ///
    /// - Parameter shortage: why; kept for the first of a segment.
    mutating func count(_ gap: GapCounts, _ shortage: SpoolShortage) {
        if GapCounts(file.bytes).isEmpty {
            file.store(littleEndian: gap.first, at: HeaderLayout.gapFirst)
            file.store(littleEndian: UInt64(shortage.rawValue), at: HeaderLayout.gapReason)
        }
        file.store(littleEndian: gap.last, at: HeaderLayout.gapLast)
        add(gap.allow, at: HeaderLayout.gapAllow)
        add(gap.deny, at: HeaderLayout.gapDeny)
        add(gap.rateLimit, at: HeaderLayout.gapRateLimit)
    }

    /// Notes the last sequence number given, from which recovery goes on.
    mutating func note(lastSequence: UInt64) {
        file.store(littleEndian: lastSequence, at: HeaderLayout.lastSequence)
    }

    /// Says to all that nothing in this segment will change any more.
    mutating func seal() {
        file.publish(SealState.sealed, at: HeaderLayout.sealed)
    }

    /// Waits until a sealed segment is on the disk, and says so.
    ///
    /// If the disk fails, recovery
    /// will look through the segment.
    mutating func markDurable() {
        file.storeSequenceChecksum()
        guard file.synchronise(wait: true) == 0 else { return }
        file.publish(SealState.durable, at: HeaderLayout.sealed)
    }

    /// Whether no event and no loss is in it.
    var isBlank: Bool {
        end == HeaderLayout.bytes && GapCounts(file.bytes).isEmpty
    }

    private mutating func add(_ count: UInt64, at offset: Int) {
        guard count > 0 else { return }
        let before = file.bytes.load(littleEndian: UInt64.self, at: offset)
        file.store(littleEndian: before &+ count, at: offset)
    }

    private mutating func storeFields(
        _ intent: SpoolIntent,
        _ lengths: TextLengths,
        at start: Int
    ) {
        file.store(littleEndian: intent.requestID.high, at: start + SlotLayout.requestHigh)
        file.store(littleEndian: intent.requestID.low, at: start + SlotLayout.requestLow)
        file.store(littleEndian: intent.timestamp, at: start + SlotLayout.timestamp)
        file.store(littleEndian: intent.bundleSerial, at: start + SlotLayout.bundleSerial)
        file.store(
            littleEndian: intent.policyVersion.map { Int64($0) } ?? .min,
            at: start + SlotLayout.policyVersion
        )
        file.store(littleEndian: intent.clientAddress.high, at: start + SlotLayout.clientHigh)
        file.store(littleEndian: intent.clientAddress.low, at: start + SlotLayout.clientLow)
        file.store(littleEndian: IntentBits.pack(intent), at: start + SlotLayout.intentBits)
        let ports =
            UInt64(intent.clientPort) | UInt64(intent.destinationPort) &<< 16
            | UInt64(lengths.marks) &<< 32 | UInt64(lengths.first) &<< 48
        file.store(littleEndian: ports, at: start + SlotLayout.ports)
        file.store(littleEndian: lengths.low, at: start + SlotLayout.ports + 8)
        file.store(littleEndian: lengths.high, at: start + SlotLayout.ports + 16)
    }

    private mutating func storeTexts(
        _ texts: borrowing SpoolTexts,
        _ lengths: TextLengths,
        at start: Int
    ) {
        var place = start
        func store(_ text: Span<UInt8>, _ name: SlotText, _ file: inout MappedFile) {
            let length = lengths[name]
            guard length > 0 else { return }
            file.store(text.extracting(first: length), at: place)
            place += length
        }
        store(texts.identity, .identity, &file)
        store(texts.claimedAgentID, .claimedAgentID, &file)
        store(texts.credentialID, .credentialID, &file)
        store(texts.host, .host, &file)
        store(texts.method, .method, &file)
        store(texts.policyID, .policyID, &file)
        store(texts.wouldPolicyID, .wouldPolicyID, &file)
        store(texts.bundleRevision, .bundleRevision, &file)
        store(texts.path, .path, &file)
    }
}
