// A server may answer a ClientHello by asking for another one, and that one decides like the first
// which server is meant. Until it is known whether one is asked for, nothing passes that could be
// it: it may have been sent already.

/// What is known about a second ClientHello (RFC 8446 sections 4.1.2 and 4.1.4).
///
/// Looks at both directions behind the first ClientHello, byte by byte and each byte once, and
/// keeps no bytes.
public struct HelloRetry: Sendable, BitwiseCopyable {
    /// What a server's first bytes say.
    public enum Answer: Equatable, Sendable {
        /// Too few to tell.
        case undecided
        /// No second ClientHello is asked for.
        case ordinary
        /// The next handshake message of the client is a second ClientHello.
        case retry
    }

    private static var handshake: UInt8 { 22 }
    private static var serverHello: UInt8 { 2 }
    /// The types of TLS records: change_cipher_spec to heartbeat.
    private static var recordTypes: ClosedRange<UInt8> { 20...24 }
    /// The random of a HelloRetryRequest, which is SHA-256 of that word (RFC 8446 section 4.1.3):
    /// the only thing that makes it one.
    private static var random: InlineArray<4, UInt64> {
        [
            0xCF21_AD74_E59A_6111, 0xBE1D_8C02_1E65_B891, 0xC2A2_1116_7ABB_8C5E,
            0x079E_09E2_C8A8_339C,
        ]
    }
    /// Where the random begins: behind the record's header, the message's, and a version.
    private static var randomStart: Int { 11 }
    private static var randomEnd: Int { 43 }

    /// How many bytes of the server fit so far.
    private var fitting = 0
    /// Bytes that are left of the client's record.
    private var inRecord = 0
    /// Bytes of the record's header that have come, and what they say of its length.
    private var headerBytes = 0
    private var length = 0

    /// Before the first byte behind a ClientHello.
    public init() {}

    /// Reads on in what the server sends.
    ///
    /// Only to be asked until it is decided.
    public mutating func readServer(_ bytes: Span<UInt8>) -> Answer {
        for index in bytes.indices {
            guard fits(bytes[index]) else { return .ordinary }
            fitting += 1
            if fitting == Self.randomEnd { return .retry }
        }
        return .undecided
    }

    private func fits(_ byte: UInt8) -> Bool {
        switch fitting {
        case 0: byte == Self.handshake
        case 1, 9: byte == 3
        case 5: byte == Self.serverHello
        case Self.randomStart...:
            byte == Self.randomByte(fitting - Self.randomStart)
        default: true
        }
    }

    private static func randomByte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: random[index / 8] >> UInt64(8 * (7 - index % 8)))
    }

    /// Reads on in what the client sends, up to a record in which a handshake message stands, or
    /// to what is no record.
    ///
    /// What comes before it passes: early data, or a change_cipher_spec that means nothing
    /// (RFC 8446 appendix D.4).
    ///
    /// - Returns: how many of the bytes pass.
    public mutating func passClient(_ bytes: Span<UInt8>) -> Int {
        var place = 0
        while place < bytes.count {
            if inRecord > 0 {
                let piece = min(inRecord, bytes.count - place)
                inRecord -= piece
                place += piece
                continue
            }
            let byte = bytes[place]
            let isFirst = headerBytes == 0
            if isFirst, byte == Self.handshake || !Self.recordTypes.contains(byte) { return place }
            if headerBytes >= 3 { length = length << 8 | Int(byte) }
            headerBytes += 1
            place += 1
            if headerBytes == ClientHelloReader.recordHeaderBytes { enterRecord() }
        }
        return place
    }

    private mutating func enterRecord() {
        inRecord = length
        length = 0
        headerBytes = 0
    }
}
