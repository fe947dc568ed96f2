// ClientHellos made by hand, field by field, so that a test can get any of them wrong.

/// A ClientHello and how it is cut into records.
struct HelloBuilder {
    var messageType: UInt8 = 1
    var version: [UInt8] = [3, 3]
    var random = [UInt8](repeating: 0xA5, count: 32)
    var sessionID = [UInt8](repeating: 0x5A, count: 32)
    /// Two of GREASE (RFC 8701) and one of TLS 1.3.
    var ciphers: [UInt8] = [0x1A, 0x1A, 0x13, 0x01]
    var compressions: [UInt8] = [0]
    /// In their order; nil for a hello that ends before them.
    var extensions: [[UInt8]]? = []
    var recordVersion: [UInt8] = [3, 1]

    init(_ extensions: [UInt8]...) {
        self.extensions = extensions
    }

    /// The hello of an ordinary client that asks for `name`.
    static func naming(_ name: String) -> HelloBuilder {
        HelloBuilder(grease, serverName(name), supportedVersions)
    }

    /// The handshake message.
    var message: [UInt8] {
        var body = version + random + Self.short(sessionID.count).suffix(1) + sessionID
        body += Self.counted(ciphers) + [UInt8(compressions.count)] + compressions
        if let extensions { body += Self.counted(extensions.flatMap { $0 }) }
        return [messageType, UInt8(body.count >> 16)] + Self.short(body.count & 0xFFFF) + body
    }

    /// The message in one record.
    var bytes: [UInt8] { Self.record(message, recordVersion) }

    /// The message in records of at most `size` bytes.
    func bytes(recordsOf size: Int) -> [UInt8] {
        stride(from: 0, to: message.count, by: size).flatMap {
            Self.record(Array(message[$0..<min($0 + size, message.count)]), recordVersion)
        }
    }

    /// The message in two records, cut at `place`.
    func bytes(cutAt place: Int) -> [UInt8] {
        Self.record(Array(message[..<place]), recordVersion)
            + Self.record(Array(message[place...]), recordVersion)
    }

    /// A record of handshake messages.
    static func record(
        _ content: [UInt8],
        _ version: [UInt8] = [3, 3],
        type: UInt8 = 22
    ) -> [UInt8] {
        [type] + version + short(content.count) + content
    }

    /// An extension of any type.
    static func other(_ type: Int, _ content: [UInt8]) -> [UInt8] {
        short(type) + counted(content)
    }

    /// `server_name` with these entries, each a type and a name.
    static func serverNames(_ entries: [(type: UInt8, name: [UInt8])]) -> [UInt8] {
        other(0, counted(entries.flatMap { [$0.type] + counted($0.name) }))
    }

    /// `server_name` as clients send it.
    static func serverName(_ name: String) -> [UInt8] {
        serverNames([(0, Array(name.utf8))])
    }

    /// An extension whose type is GREASE (RFC 8701).
    static var grease: [UInt8] { other(0x3A3A, [0]) }

    /// TLS 1.3 and, as GREASE, a version that does not exist.
    static var supportedVersions: [UInt8] { other(43, [4, 0x2A, 0x2A, 3, 4]) }

    /// A key share of X25519MLKEM768: 1,184 bytes of the encapsulation key and 32 of X25519.
    static var hybridKeyShare: [UInt8] {
        let key = (0..<1_216).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        return other(51, counted(short(0x11EC) + counted(key)))
    }

    /// An encrypted ClientHello of `count` bytes, or GREASE of that look.
    static func encryptedHello(_ count: Int = 200) -> [UInt8] {
        other(0xFE0D, [UInt8](repeating: 0xEC, count: count))
    }

    static func short(_ value: Int) -> [UInt8] {
        [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    private static func counted(_ content: [UInt8]) -> [UInt8] {
        short(content.count) + content
    }
}
