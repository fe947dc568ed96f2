// One parsed authority drives policy, DNS, dial, Host, record. It is parsed once, strictly,
// and what has two readings is refused: the gap between two readings is where bypasses live.

public import ClawgressBytes

/// The kind of a host.
public enum HostKind: UInt8, Sendable {
    /// A domain name in lower-case A-label form without trailing dot.
    case name
    /// An IP literal.
    case address
}

/// A parsed `host[:port]`, whose canonical text stands in the buffer it was written to.
public struct ParsedAuthority: Sendable, Equatable {
    /// Name or IP literal.
    public var kind: HostKind
    /// The literal's address; meaningless for a name.
    public var address: IPAddress
    /// The port, explicit or the default.
    public var port: UInt16
    /// Whether the port stood in the text.
    public var hasExplicitPort: Bool
    /// Where the canonical host (no brackets) stands in the output buffer.
    public var host: Range<Int>

    /// Assembles an authority.
    public init(
        kind: HostKind,
        address: IPAddress,
        port: UInt16,
        hasExplicitPort: Bool,
        host: Range<Int>
    ) {
        self.kind = kind
        self.address = address
        self.port = port
        self.hasExplicitPort = hasExplicitPort
        self.host = host
    }
}

/// Parses authorities (RFC 3986 section 3.2) and host names.
public enum AuthorityParser {
    /// The greatest length of a name in bytes.
    public static var nameLengthMax: Int { 253 }

    /// Parses `text` and appends the canonical host, and the port where it is not
    /// `defaultPort`, to `out`: the text that belongs into a `Host` field.
    ///
    /// - Parameters:
    ///   - text: the authority as received, without userinfo.
    ///   - defaultPort: the scheme's port; nil if the port is required (CONNECT).
    ///   - out: receives the canonical authority.
    /// - Throws: the reason for a refusal; `out` may then hold a part.
    @inlinable
    public static func parse(
        _ text: Span<UInt8>,
        defaultPort: UInt16?,
        into out: inout ByteBuffer
    ) throws(Reason) -> ParsedAuthority {
        guard text.count > 0 else { throw .hostMalformed }
        if text.firstIndex(of: UInt8(ascii: "@")) != nil { throw .targetUserinfo }
        let hostEnd = try findHostEnd(text)
        let explicit = try parsePort(text, from: hostEnd)
        guard let port = explicit ?? defaultPort else { throw .portMalformed }
        var parsed = try parseHost(text.extracting(0..<hostEnd), into: &out)
        parsed.port = port
        parsed.hasExplicitPort = explicit != nil
        if parsed.port != defaultPort {
            out.append(UInt8(ascii: ":"))
            out.append(decimal: UInt(port))
        }
        return parsed
    }

    /// Parses a host alone, IP literals of version 6 in brackets.
    @inlinable
    public static func parseHost(
        _ text: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> ParsedAuthority {
        guard text.count > 0 else { throw .hostMalformed }
        if text[0] == UInt8(ascii: "[") { return try parseV6(text, into: &out) }
        if isNumericLast(text) {
            guard let address = IPAddress(v4: text) else { throw .addressMalformed }
            let start = out.count
            address.write(to: &out)
            return literal(address, start..<out.count)
        }
        let start = out.count
        try canonicaliseName(text, into: &out)
        return ParsedAuthority(
            kind: .name,
            address: IPAddress(high: 0, low: 0),
            port: 0,
            hasExplicitPort: false,
            host: start..<out.count
        )
    }

    @usableFromInline
    static func parseV6(
        _ text: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) -> ParsedAuthority {
        guard text.count > 2, text[text.count - 1] == UInt8(ascii: "]"),
            let address = IPAddress(v6: text.extracting(1..<text.count - 1))
        else { throw .addressMalformed }
        out.append(UInt8(ascii: "["))
        let start = out.count
        address.write(to: &out)
        let end = out.count
        out.append(UInt8(ascii: "]"))
        return literal(address, start..<end)
    }

    @usableFromInline
    static func literal(_ address: IPAddress, _ host: Range<Int>) -> ParsedAuthority {
        ParsedAuthority(
            kind: .address,
            address: address,
            port: 0,
            hasExplicitPort: false,
            host: host
        )
    }

    /// Where the host ends: after the bracket, or at the only colon.
    @inlinable
    static func findHostEnd(_ text: Span<UInt8>) throws(Reason) -> Int {
        if text[0] == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else {
                throw .addressMalformed
            }
            return bracket + 1
        }
        return text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
    }

    /// The port after the host; nil if none was given.
    ///
    /// `:` alone, signs, zero, leading zeros and anything above 65535 are refused.
    @inlinable
    static func parsePort(_ text: Span<UInt8>, from hostEnd: Int) throws(Reason) -> UInt16? {
        guard hostEnd < text.count else { return nil }
        let digits = text.count - hostEnd - 1
        guard text[hostEnd] == UInt8(ascii: ":"), digits >= 1, digits <= 5,
            text[hostEnd + 1] != UInt8(ascii: "0")
        else { throw .portMalformed }
        var value = 0
        for index in (hostEnd + 1)..<text.count {
            guard ASCII.isDigit(text[index]) else { throw .portMalformed }
            value = value * 10 + Int(text[index] &- 48)
        }
        guard value <= 65_535 else { throw .portMalformed }
        return UInt16(value)
    }

    /// Whether the last label is all digits or begins like a hexadecimal number, so that some
    /// system somewhere would take the host for an IPv4 address.
    @inlinable
    static func isNumericLast(_ text: Span<UInt8>) -> Bool {
        var end = text.count
        // Resolvers read `127.0.0.1.` as the address, so the root's dot must not hide one.
        if end > 0, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        var start = end
        while start > 0, text[start - 1] != UInt8(ascii: ".") { start -= 1 }
        guard start < end else { return false }
        var allDigits = true
        for index in start..<end where !ASCII.isDigit(text[index]) { allDigits = false }
        if allDigits { return true }
        return end - start >= 2 && text[start] == UInt8(ascii: "0")
            && ASCII.lowercased(text[start + 1]) == UInt8(ascii: "x")
    }

    /// Appends the lower-case name.
    ///
    /// Letters, digits, hyphen and underscore; labels of 1…63 bytes that neither begin nor end with
    /// a hyphen; one trailing dot is dropped.
    @inlinable
    static func canonicaliseName(
        _ text: Span<UInt8>,
        into out: inout ByteBuffer
    ) throws(Reason) {
        var end = text.count
        if text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        guard end > 0, end <= nameLengthMax else { throw .hostMalformed }
        var labelStart = 0
        for index in 0..<end {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                try checkLabel(text, labelStart..<index)
                labelStart = index + 1
            } else if byte >= 0x80 {
                throw .hostInternationalised
            } else if !(ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_"))
            {
                throw .hostMalformed
            }
            out.append(ASCII.lowercased(byte))
        }
        try checkLabel(text, labelStart..<end)
    }

    @inlinable
    static func checkLabel(_ text: Span<UInt8>, _ label: Range<Int>) throws(Reason) {
        guard label.count >= 1, label.count <= 63,
            text[label.lowerBound] != UInt8(ascii: "-"),
            text[label.upperBound - 1] != UInt8(ascii: "-")
        else { throw .hostMalformed }
    }
}
