// From the first bytes of a tunnel to a complete ClientHello, however it is cut into records and
// segments. Each header is looked at once, so a hello that trickles in byte by byte, each byte in
// a record of its own, costs no more looks than it has bytes.

public import ClawgressBytes
public import ClawgressModel

/// The progress within a ClientHello (RFC 8446 sections 4 and 5.1).
///
/// What is refused does not depend on how the bytes arrive. After an error the reader is of no
/// further use.
public struct ClientHelloReader: Sendable, BitwiseCopyable {
    private static var handshake: UInt8 { 22 }
    private static var clientHello: UInt8 { 1 }
    /// The types of TLS records: change_cipher_spec to heartbeat (RFC 8446 section 5.1).
    private static var recordTypes: ClosedRange<UInt8> { 20...24 }
    /// The greatest content of a record in plain text.
    private static var contentMax: Int { 1 << 14 }
    static var recordHeaderBytes: Int { 5 }
    static var messageHeaderBytes: Int { 4 }

    /// Where the first record begins that is not known to be complete.
    private var place = 0
    /// Bytes of the message in the records before.
    private var taken = 0
    /// The message's type and length, as far as they have come.
    private var header: UInt32 = 0
    private var headerCount = 0

    /// Before the first byte.
    public init() {}

    /// Reads on.
    ///
    /// - Parameters:
    ///   - bytes: everything that has come, from the first byte on; those of the call before
    ///     and more.
    ///   - limit: the greatest number of bytes on the wire.
    ///   - out: receives the server's name.
    /// - Returns: nil while it is not complete. Bytes behind ``ClientHello/end`` are not looked
    ///   at: early data, for one (RFC 8446 section 2.3).
    /// - Throws: `tunnelNotTLS`, `tlsHelloMalformed`, `tlsHelloTooLarge`.
    public mutating func read(
        _ bytes: Span<UInt8>,
        limit: Int,
        into out: inout ByteBuffer
    ) throws(Reason) -> ClientHello? {
        guard let end = try advance(bytes, limit) else { return nil }
        var cursor = HandshakeCursor(count: messageBytes)
        var hello = try cursor.readClientHello(bytes.extracting(0..<end), into: &out)
        hello.end = end
        return hello
    }

    /// The message's length with its header, once that is known; before, the header's.
    private var messageBytes: Int {
        guard headerCount == Self.messageHeaderBytes else { return Self.messageHeaderBytes }
        return Self.messageHeaderBytes + Int(header & 0xFF_FFFF)
    }

    /// Steps over the records that are complete; the end of the last one once all are.
    private mutating func advance(_ bytes: Span<UInt8>, _ limit: Int) throws(Reason) -> Int? {
        while true {
            // What stands before plus what must still come: no need to wait for it to come.
            try checkFit(limit)
            guard let length = try contentLength(bytes) else { return nil }
            let start = place + Self.recordHeaderBytes
            let end = start + length
            try readHeader(bytes, from: start, to: min(end, bytes.count))
            try checkFit(limit)
            let left = messageBytes - taken
            if headerCount == Self.messageHeaderBytes {
                // Nothing follows a ClientHello before the server has answered, but early data,
                // and that has its own records.
                guard length <= left else { throw .tlsHelloMalformed }
                if length == left { return bytes.count >= end ? end : nil }
            }
            guard bytes.count >= end else { return nil }
            taken += length
            place = end
        }
    }

    private func checkFit(_ limit: Int) throws(Reason) {
        let headers = place + Self.recordHeaderBytes - taken
        guard headers + messageBytes <= limit else { throw .tlsHelloTooLarge }
    }

    /// Judges the record's header at `place`, as far as it has come.
    ///
    /// - Returns: the length of the record's content; nil if the header is not complete.
    private func contentLength(_ bytes: Span<UInt8>) throws(Reason) -> Int? {
        guard place < bytes.count else { return nil }
        let type = bytes[place]
        if type != Self.handshake { try refuseRecord(type, bytes) }
        guard place + 1 < bytes.count else { return nil }
        guard bytes[place + 1] == 3, type == Self.handshake else {
            throw isFirst && bytes[place + 1] != 3 ? .tunnelNotTLS : .tlsHelloMalformed
        }
        guard place + 2 < bytes.count else { return nil }
        guard bytes[place + 2] <= 4 else { throw .tlsHelloMalformed }
        guard place + 4 < bytes.count else { return nil }
        let length = Int(bytes[place + 3]) << 8 | Int(bytes[place + 4])
        guard length > 0, length <= Self.contentMax else { throw .tlsHelloMalformed }
        return length
    }

    private var isFirst: Bool { place == 0 }

    /// A record that holds no handshake: an alert, or no record at all, such as the first byte
    /// of HTTP, of SSH, or of a hello in the form of SSL 2.
    private func refuseRecord(_ type: UInt8, _ bytes: Span<UInt8>) throws(Reason) {
        guard isFirst else { throw .tlsHelloMalformed }
        guard Self.recordTypes.contains(type) else { throw .tunnelNotTLS }
    }

    /// Reads what is here of the message's type and length.
    private mutating func readHeader(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int
    ) throws(Reason) {
        while headerCount < Self.messageHeaderBytes {
            let index = start + headerCount - taken
            guard index < end else { return }
            if headerCount == 0, bytes[index] != Self.clientHello { throw .tlsHelloMalformed }
            header = header << 8 | UInt32(bytes[index])
            headerCount += 1
        }
    }
}
