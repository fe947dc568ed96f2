// The patterns that policies and destination groups are written in.

import ClawgressBytes

/// One entry of `match.destination`: what, and on which ports.
///
/// | text | meaning |
/// |---|---|
/// | `example.com` | that name only |
/// | `*.example.com` | any depth below it, not the name itself |
/// | `*` | anything (refused unless marked as meant) |
/// | `192.0.2.1`, `[2001:db8::1]` | that IP literal |
/// | `10.0.0.0/8`, `[fd00::]/8`, `fd00::/8` | IP literals in the block |
/// | any of these with `:8443` or `:8000-8999` | on these ports only |
///
/// Without a port a pattern means the default ports: 80 for http, 443 for CONNECT. `:*` means
/// every port.
public struct DestinationPattern: Sendable, Equatable, Hashable {
    /// What is named.
    public enum Target: Sendable, Equatable, Hashable {
        /// Everything.
        case anything
        /// One name, lower case.
        case name(String)
        /// All names below one, which is given without `*.`.
        case below(String)
        /// IP literals in a block; one literal is a block of full length.
        case block(AddressBlock)
    }

    /// Which ports are meant.
    public enum Ports: Sendable, Equatable, Hashable {
        /// 80 for http, 443 for CONNECT.
        case defaults
        /// Every port in the closed range.
        case range(UInt16, UInt16)
    }

    /// What is named.
    public let target: Target
    /// On which ports.
    public let ports: Ports

    /// Assembles a pattern.
    public init(target: Target, ports: Ports) {
        self.target = target
        self.ports = ports
    }

    /// Whether the pattern covers whole top-level domains or everything, so that an author
    /// must mark it as meant.
    public var isBroad: Bool {
        switch target {
        case .anything: true
        case .below(let name): !name.contains(".")
        case .block(let block): block.prefixLength == 0
        case .name: false
        }
    }

    /// Parses one pattern.
    ///
    /// - Throws: ``PatternError`` with a sentence for the author.
    public init(_ text: String) throws(PatternError) {
        let (body, ports) = try Self.splitPorts(text)
        self.ports = ports
        if body == "*" {
            target = .anything
        } else if body.contains("/") {
            let bare = body.replacingBrackets()
            guard let block = AddressBlock(bare) else {
                throw PatternError(
                    text,
                    "is no address block; write it as `10.0.0.0/8`, with no bits set after the prefix"
                )
            }
            target = .block(block)
        } else if body.hasPrefix("*.") {
            target = .below(try Self.canonicalName(String(body.dropFirst(2)), in: text))
        } else {
            target = try Self.hostTarget(body, in: text)
        }
    }

    private static func hostTarget(_ body: String, in text: String) throws(PatternError) -> Target {
        let bytes = Array(body.utf8)
        var out = ByteBuffer(capacity: 320)
        do throws(Reason) {
            let parsed = try AuthorityParser.parseHost(bytes.span, into: &out)
            switch parsed.kind {
            case .name:
                return .name(out.bytes.extracting(parsed.host).string())
            case .address:
                let length = parsed.address.isV4 ? 32 : 128
                guard let block = AddressBlock(base: parsed.address, prefixLength: length) else {
                    throw Reason.addressMalformed
                }
                return .block(block)
            }
        } catch {
            throw PatternError(text, Self.sentence(for: error))
        }
    }

    private static func canonicalName(_ body: String, in text: String) throws(PatternError)
        -> String
    {
        guard case .name(let name) = try hostTarget(body, in: text) else {
            throw PatternError(text, "has a wildcard before an address")
        }
        return name
    }

    private static func sentence(for reason: Reason) -> String {
        switch reason {
        case .hostInternationalised: "has letters outside ASCII; write the A-label form (`xn--…`)"
        case .addressMalformed: "is no valid address; write `192.0.2.1` or `[2001:db8::1]`"
        default: "is no valid host name"
        }
    }

    /// Splits `host:ports`; a colon inside brackets or of a bare IPv6 block is no separator.
    private static func splitPorts(_ text: String) throws(PatternError) -> (String, Ports) {
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        let hasBracket = text.contains("]")
        guard let colon = text.lastIndex(of: ":"), hasBracket || colons == 1,
            !text[colon...].contains("]")
        else { return (text, .defaults) }
        let digits = text[text.index(after: colon)...]
        let body = String(text[..<colon])
        if digits == "*" { return (body, .range(1, 65_535)) }
        let ends = digits.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let low = port(ends[0]), let high = port(ends[ends.count - 1]),
            low <= high
        else {
            throw PatternError(text, "has a malformed port; write `:443`, `:8000-8999` or `:*`")
        }
        return (body, .range(low, high))
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit), !text.hasPrefix("0") else {
            return nil
        }
        return UInt16(text)
    }
}

/// A pattern that cannot be read, with a sentence for its author.
public struct PatternError: Error, Equatable, CustomStringConvertible {
    /// The pattern as written.
    public let text: String
    /// What is wrong with it.
    public let problem: String

    init(_ text: String, _ problem: String) {
        self.text = text
        self.problem = problem
    }

    /// The pattern and what is wrong with it.
    public var description: String { "destination `\(text)` \(problem)" }
}

extension String {
    /// Without the brackets of an IPv6 literal, so that `[fd00::]/8` and `fd00::/8` are one.
    fileprivate func replacingBrackets() -> String {
        guard hasPrefix("["), let end = firstIndex(of: "]"), self[end...].hasPrefix("]/"),
            self[..<end].contains(":")
        else { return self }
        return String(self[index(after: startIndex)..<end] + self[index(after: end)...])
    }
}
