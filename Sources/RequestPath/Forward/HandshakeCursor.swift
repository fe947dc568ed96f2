// Reads the fields of a handshake message across the borders of its records, without putting the
// pieces together in memory of their own.

import ClawgressBytes
import ClawgressModel

/// A place within a handshake message whose records are all there.
struct HandshakeCursor {
    private static var serverName: Int { 0 }
    private static var encryptedClientHello: Int { 0xFE0D }
    private static var hostName: Int { 0 }
    private static var randomBytes: Int { 32 }
    private static var sessionIDBytesMax: Int { 32 }

    /// The next byte on the wire.
    private var place = 0
    /// Bytes left in the record.
    private var inRecord = 0
    /// Bytes left in the message.
    private var left: Int

    /// At the beginning of a message of `count` bytes, its header included.
    init(count: Int) {
        left = count
    }

    /// Reads a whole ClientHello; the server's name goes to `out`.
    ///
    /// - Throws: `tlsHelloMalformed`.
    mutating func readClientHello(
        _ bytes: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> ClientHello {
        try skip(ClientHelloReader.messageHeaderBytes, bytes)
        guard try short(bytes) >> 8 == 3 else { throw .tlsHelloMalformed }
        try skip(Self.randomBytes, bytes)
        let sessionID = try byte(bytes)
        guard sessionID <= Self.sessionIDBytesMax else { throw .tlsHelloMalformed }
        try skip(sessionID, bytes)
        let ciphers = try short(bytes)
        guard ciphers >= 2, ciphers.isMultiple(of: 2) else { throw .tlsHelloMalformed }
        try skip(ciphers, bytes)
        let compressions = try byte(bytes)
        guard compressions >= 1 else { throw .tlsHelloMalformed }
        try skip(compressions, bytes)
        var hello = ClientHello()
        // Before TLS 1.3 a hello may end here.
        if left > 0 { try readExtensions(bytes, &hello, into: &out) }
        return hello
    }

    /// The extensions, which fill the rest of the message.
    private mutating func readExtensions(
        _ bytes: Span<UInt8>,
        _ hello: inout ClientHello,
        into out: inout ByteBuffer
    ) throws(Reason) {
        guard try short(bytes) == left else { throw .tlsHelloMalformed }
        while left > 0 {
            let type = try short(bytes)
            let length = try short(bytes)
            guard length <= left else { throw .tlsHelloMalformed }
            switch type {
            case Self.serverName:
                // Two of a kind are forbidden, and servers differ in which one they obey.
                guard hello.serverName == nil else { throw .tlsHelloMalformed }
                hello.serverName = try readServerName(length, bytes, into: &out)
            case Self.encryptedClientHello:
                hello.hasEncryptedHello = true
                try skip(length, bytes)
            default:
                try skip(length, bytes)
            }
        }
    }

    /// A list of exactly one name, which is a host name: the only type there is, and more than
    /// one of it is forbidden (RFC 6066 section 3).
    private mutating func readServerName(
        _ length: Int,
        _ bytes: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> Range<Int> {
        guard length > 5, try short(bytes) == length - 2, try byte(bytes) == Self.hostName,
            try short(bytes) == length - 5
        else { throw .tlsHelloMalformed }
        let start = out.count
        var rest = length - 5
        while rest > 0 {
            let piece = piece(rest, bytes)
            out.append(bytes, piece)
            rest -= piece.count
        }
        guard !out.overflowed else { throw .tlsHelloMalformed }
        return start..<out.count
    }

    // MARK: - Steps

    private mutating func short(_ bytes: Span<UInt8>) throws(Reason) -> Int {
        let high = try byte(bytes)
        return high << 8 | (try byte(bytes))
    }

    private mutating func byte(_ bytes: Span<UInt8>) throws(Reason) -> Int {
        guard left > 0 else { throw .tlsHelloMalformed }
        return Int(bytes[piece(1, bytes).lowerBound])
    }

    private mutating func skip(_ count: Int, _ bytes: Span<UInt8>) throws(Reason) {
        guard count <= left else { throw .tlsHelloMalformed }
        var rest = count
        while rest > 0 { rest -= piece(rest, bytes).count }
    }

    /// Goes on by `count` bytes at most, to the end of the record at most.
    private mutating func piece(_ count: Int, _ bytes: Span<UInt8>) -> Range<Int> {
        if inRecord == 0 { enterRecord(bytes) }
        let size = min(count, inRecord)
        place += size
        inRecord -= size
        left -= size
        return place - size..<place
    }

    /// Passes the header of the next record, which was found sound before.
    private mutating func enterRecord(_ bytes: Span<UInt8>) {
        inRecord = Int(bytes[place + 3]) << 8 | Int(bytes[place + 4])
        place += ClientHelloReader.recordHeaderBytes
    }
}
