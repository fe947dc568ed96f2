// The end of a slot's exchange, stored in place: the outcome, and behind the texts the server name
// where one was sent that is not the host's, and what closed the exchange where policy did.

import ClawgressBytes
import ClawgressModel

/// The room for a server name behind a slot's texts.
struct ServerNameRoom {
    let start: Int
    let length: Int

    /// The room of the valid slot at `start`, of which `length` bytes are its own.
    init?(_ bytes: Span<UInt8>, at start: Int, slotLength length: Int) {
        guard let lengths = TextLengths(bytes, at: start) else { return nil }
        let texts = SlotLayout.alignedTexts(lengths.total)
        guard texts <= length else { return nil }
        self.start = start + texts
        self.length = length - texts
    }
}

extension SlotLayout {
    /// Where texts of `total` bytes end, counted from the beginning of the slot: what the
    /// intent's checksum covers.
    static func alignedTexts(_ total: Int) -> Int {
        (texts + total + alignment - 1) & ~(alignment - 1)
    }
}

/// Stores an outcome in the slot at `start` and then declares the slot concluded.
///
/// - Parameter serverName: empty for none, and for the host's; cut to what there is room for.
func storeOutcome(
    _ outcome: SpoolOutcome,
    serverName: Span<UInt8> = Span(),
    sequence: UInt64,
    in file: inout MappedFile,
    at start: Int
) {
    file.store(littleEndian: sequence, at: start + SlotLayout.sequence)
    file.store(littleEndian: outcome.durationMicroseconds, at: start + SlotLayout.duration)
    file.store(littleEndian: outcome.latencyMicroseconds ?? .max, at: start + SlotLayout.latency)
    file.store(littleEndian: outcome.gatewayMicroseconds, at: start + SlotLayout.gatewayTime)
    file.store(littleEndian: outcome.bytesOut, at: start + SlotLayout.bytesOut)
    file.store(littleEndian: outcome.bytesIn, at: start + SlotLayout.bytesIn)
    file.store(littleEndian: outcome.address?.high ?? 0, at: start + SlotLayout.addressHigh)
    file.store(littleEndian: outcome.address?.low ?? 0, at: start + SlotLayout.addressLow)
    var mark = outcome.namesHost ? ServerNameMark.host : ServerNameMark.none
    if serverName.count > 0 { mark = storeServerName(serverName, in: &file, at: start) }
    file.store(littleEndian: OutcomeBits.pack(outcome, mark), at: start + SlotLayout.outcomeBits)
    if let place = closingPlace(file.bytes, at: start) {
        file.store(littleEndian: OutcomeBits.pack(outcome.closing), at: place)
    }
    if let checksum = outcomeChecksum(file.bytes, at: start) {
        file.store(littleEndian: checksum, at: start + SlotLayout.outcomeChecksum)
    }
    file.publish(SlotState.concluded, at: start + SlotLayout.state)
}

/// Stores a name in its room.
///
/// - Returns: what the outcome says about it; nothing where there is no room.
private func storeServerName(
    _ name: Span<UInt8>,
    in file: inout MappedFile,
    at start: Int
) -> UInt8 {
    let slotLength = Int(file.observe(at: start + SlotLayout.length))
    guard let room = ServerNameRoom(file.bytes, at: start, slotLength: slotLength),
        room.length >= SlotLayout.serverNameRoom
    else { return ServerNameMark.none }
    let isWhole = name.count <= ServerNameMark.lengthMax
    let mark = isWhole ? UInt8(name.count) : ServerNameMark.cut
    file.store(name.extracting(first: ServerNameMark.length(mark)), at: room.start)
    return mark
}

/// Where the closing of the slot at `start` stands, whose outcome is stored; nil if its exchange
/// was not closed by policy, or there is no room.
func closingPlace(_ bytes: Span<UInt8>, at start: Int) -> Int? {
    guard bytes[start + SlotLayout.outcomeBits + 1] == Outcome.closedByPolicy.rawValue else {
        return nil
    }
    let slotLength = Int(bytes.load(littleEndian: UInt32.self, at: start + SlotLayout.length))
    guard let room = ServerNameRoom(bytes, at: start, slotLength: slotLength),
        room.length >= SlotLayout.closingRoom
    else { return nil }
    return start + slotLength - SlotLayout.closingRoom
}

/// The checksum over the outcome of the slot at `start`, what stands behind the texts included;
/// nil if that would not lie within the slot.
func outcomeChecksum(_ bytes: Span<UInt8>, at start: Int) -> UInt32? {
    let intent = bytes.load(littleEndian: UInt32.self, at: start + SlotLayout.intentChecksum)
    let content = start + SlotLayout.outcome..<start + SlotLayout.outcomeEnd
    var checksum = bytes.extracting(content).crc32c(seed: intent)
    if let place = closingPlace(bytes, at: start) {
        let closing = bytes.extracting(place..<place + SlotLayout.closingRoom)
        checksum = closing.crc32c(seed: checksum)
    }
    let length = ServerNameMark.length(bytes[start + SlotLayout.serverNameMark])
    guard length > 0 else { return checksum }
    let slotLength = Int(bytes.load(littleEndian: UInt32.self, at: start + SlotLayout.length))
    guard let room = ServerNameRoom(bytes, at: start, slotLength: slotLength),
        length <= room.length
    else { return nil }
    return bytes.extracting(room.start..<room.start + length).crc32c(seed: checksum)
}
