// The first page of a segment: whose it is, and what was lost while it was the newest.

import ClawgressBytes

/// The random id of one start of a gateway.
public struct BootID: Sendable, Hashable, BitwiseCopyable {
    /// The first 64 bits.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// Rebuilds an id from its halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Draws an id.
    public init(using generator: inout some RandomNumberGenerator) {
        self.init(high: generator.next(), low: generator.next())
    }

    /// 32 hexadecimal digits.
    public var text: String {
        var out = ByteBuffer(capacity: 32)
        out.append(hexadecimal: high, width: 16)
        out.append(hexadecimal: low, width: 16)
        return out.bytes.string()
    }
}

/// What never changes in a segment's header.
struct SegmentHeader: Equatable, Sendable {
    var gatewayID: String
    var bootID: BootID
    var worker: UInt8
    var number: UInt64
    /// Wall clock, microseconds since 1970 UTC.
    var created: Int64

    func store(in file: inout MappedFile) {
        let name = Array(gatewayID.utf8.prefix(HeaderLayout.gatewayIDBytesMax))
        file.store(littleEndian: HeaderLayout.magicValue, at: HeaderLayout.magic)
        file.store(littleEndian: HeaderLayout.versionValue, at: HeaderLayout.version)
        file.store(littleEndian: UInt32(worker), at: HeaderLayout.worker)
        file.store(littleEndian: bootID.high, at: HeaderLayout.bootHigh)
        file.store(littleEndian: bootID.low, at: HeaderLayout.bootLow)
        file.store(littleEndian: number, at: HeaderLayout.number)
        file.store(littleEndian: created, at: HeaderLayout.created)
        file.store(littleEndian: UInt8(name.count), at: HeaderLayout.gatewayIDLength)
        file.store(name.span, at: HeaderLayout.gatewayID)
        file.publish(
            file.bytes.extracting(0..<HeaderLayout.checksum).crc32c(),
            at: HeaderLayout.checksum
        )
    }

    /// Reads a header; nil if the bytes are no valid one.
    init?(_ file: borrowing MappedFile) {
        let bytes = file.bytes
        guard bytes.count >= HeaderLayout.bytes,
            bytes.load(littleEndian: UInt64.self, at: HeaderLayout.magic)
                == HeaderLayout.magicValue,
            HeaderLayout.versionsKnown.contains(
                bytes.load(littleEndian: UInt32.self, at: HeaderLayout.version)
            ),
            bytes.load(littleEndian: UInt32.self, at: HeaderLayout.checksum)
                == bytes.extracting(0..<HeaderLayout.checksum).crc32c()
        else { return nil }
        let length = Int(bytes[HeaderLayout.gatewayIDLength])
        let worker = bytes.load(littleEndian: UInt32.self, at: HeaderLayout.worker)
        guard length <= HeaderLayout.gatewayIDBytesMax, worker <= 255 else { return nil }
        let name = HeaderLayout.gatewayID..<HeaderLayout.gatewayID + length
        gatewayID = bytes.extracting(name).string()
        bootID = BootID(
            high: bytes.load(littleEndian: UInt64.self, at: HeaderLayout.bootHigh),
            low: bytes.load(littleEndian: UInt64.self, at: HeaderLayout.bootLow)
        )
        self.worker = UInt8(worker)
        number = bytes.load(littleEndian: UInt64.self, at: HeaderLayout.number)
        created = bytes.load(littleEndian: Int64.self, at: HeaderLayout.created)
    }

    init(gatewayID: String, bootID: BootID, worker: UInt8, number: UInt64, created: Int64) {
        self.gatewayID = gatewayID
        self.bootID = bootID
        self.worker = worker
        self.number = number
        self.created = created
    }
}

extension MappedFile {
    /// Stores the checksum of the last sequence number, once it changes no more.
    mutating func storeSequenceChecksum() {
        store(littleEndian: sequenceChecksum, at: HeaderLayout.lastSequenceChecksum)
    }

    /// Whether the last sequence number is the one that was stored.
    ///
    /// Segments before version 3 have no checksum for it.
    var hasSoundSequence: Bool {
        bytes.load(littleEndian: UInt32.self, at: HeaderLayout.lastSequenceChecksum)
            == sequenceChecksum
    }

    /// Under the checksum of the segment's name, so that no other segment's will do.
    private var sequenceChecksum: UInt32 {
        let name = bytes.load(littleEndian: UInt32.self, at: HeaderLayout.checksum)
        let word = HeaderLayout.lastSequence..<HeaderLayout.lastSequence + 8
        return bytes.extracting(word).crc32c(seed: name)
    }
}

/// Events that could not be recorded, by decision.
struct GapCounts: Equatable, Sendable {
    var allow: UInt64 = 0
    var deny: UInt64 = 0
    var rateLimit: UInt64 = 0
    /// Wall clock of the first and the last, microseconds since 1970 UTC.
    var first: Int64 = 0
    var last: Int64 = 0

    var total: UInt64 { allow &+ deny &+ rateLimit }

    var isEmpty: Bool { allow | deny | rateLimit == 0 }
}
