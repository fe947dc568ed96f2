// Words read as values of a type. A word with two meanings, or a value with two spellings, is
// refused or brought to the one spelling here, so nothing behind has an opinion about it.

import ClawgressBytes
import ClawgressJWS
import ClawgressModel

extension ValueType {
    /// The value that `word` spells, or nil if it spells none.
    public func value(of word: String) -> ConfigValue? {
        switch self {
        case .flag: Bool(word).map(ConfigValue.flag)
        case .integer(let range, _):
            Self.integer(word).flatMap { range.contains($0) ? .integer($0) : nil }
        default: canonical(word).map(ConfigValue.text)
        }
    }

    /// Whether `word` can stand here.
    func accepts(_ word: String) -> Bool { value(of: word) != nil }

    /// The value, or why `word` is none.
    func read(_ word: String, at path: ConfigPath) throws(ConfigProblem) -> ConfigValue {
        guard let value = value(of: word) else {
            throw ConfigProblem(
                .valueRefused,
                at: path,
                found: shown(word),
                allowed: allowed,
                suggestion: suggestion(for: word)
            )
        }
        return value
    }

    /// A private key that was given by mistake must not come back in a message.
    private func shown(_ word: String) -> String {
        self == .publicKey ? "the key" : word
    }

    private func suggestion(for word: String) -> String? {
        if self == .method, accepts(word.uppercased()) { return word.uppercased() }
        if [.identifier, .agentReference].contains(self), accepts(word.lowercased()) {
            return word.lowercased()
        }
        return Suggestion.nearest(to: word, among: knownWords.map(\.word))
    }

    /// The text in its one spelling.
    private func canonical(_ word: String) -> String? {
        switch self {
        case .choice(let choices): choices.contains { $0.word == word } ? word : nil
        case .identifier, .agentReference: Identifier.isValid(word) ? word : nil
        case .destination(let allowsGroups): Self.destination(word, allowsGroups)
        case .block: AddressBlock(word)?.text
        case .address: IPAddress(word)?.text
        case .hostName: Self.hostName(word)
        case .method: Self.isMethod(word) ? word : nil
        case .pathPrefix: Self.path(word)
        case .pathPattern: PathPattern(word)?.text
        case .portRange: PortRange(word) == nil ? nil : word
        case .nameServer: NameServer(word)?.text
        case .timeOfDay(let endsPeriod): Self.isTimeOfDay(word, endsPeriod) ? word : nil
        case .zone: Self.isZone(word) ? word : nil
        case .moment: Moment.seconds(word) == nil ? nil : word
        case .digest: Self.isDigest(word) ? word : nil
        case .keyID: Self.isKeyID(word) ? word : nil
        case .publicKey: Self.publicKey(word)
        case .text: Self.isText(word) ? word : nil
        case .flag, .integer: nil
        }
    }

    /// A number in its one spelling: no sign before positive ones, no leading zeros.
    private static func integer(_ word: String) -> Int64? {
        guard let number = Int64(word), String(number) == word else { return nil }
        return number
    }

    private static func destination(_ word: String, _ allowsGroups: Bool) -> String? {
        if let name = groupName(word) {
            return allowsGroups && Identifier.isValid(name) ? word : nil
        }
        guard isText(word), let pattern = try? DestinationPattern(word) else { return nil }
        return pattern.text
    }

    /// The name in `group:NAME`.
    static func groupName(_ word: String) -> String? {
        word.hasPrefix(groupPrefix) ? String(word.dropFirst(groupPrefix.count)) : nil
    }

    static var groupPrefix: String { "group:" }

    private static func hostName(_ word: String) -> String? {
        let bytes = Array(word.utf8)
        var out = ByteBuffer(capacity: 320)
        guard let parsed = try? AuthorityParser.parseHost(bytes.span, into: &out),
            parsed.kind == .name
        else { return nil }
        return out.bytes.extracting(parsed.host).string()
    }

    private static func isMethod(_ word: String) -> Bool {
        !word.isEmpty && word.utf8.count <= 32
            && word.utf8.allSatisfy { ASCII.isToken($0) && ASCII.lowercased($0) == upper($0) }
    }

    /// The byte, or another one if it is a small letter: methods are compared exactly.
    private static func upper(_ byte: UInt8) -> UInt8 {
        ASCII.isLetter(byte) && ASCII.lowercased(byte) == byte ? 0 : ASCII.lowercased(byte)
    }

    private static func path(_ word: String) -> String? {
        let bytes = Array(word.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= textBytesMax,
            !bytes.contains(UInt8(ascii: "?")), !bytes.contains(UInt8(ascii: "#"))
        else { return nil }
        var out = ByteBuffer(capacity: 4 * textBytesMax)
        guard (try? CanonicalPath.append(bytes.span, into: &out)) != nil, !out.overflowed,
            out.count <= textBytesMax
        else { return nil }
        return out.bytes.string()
    }

    private static func isText(_ word: String) -> Bool {
        !word.isEmpty && word.utf8.count <= textBytesMax && ConfigWords.isPrintable(word)
    }

    private static func isDigest(_ word: String) -> Bool {
        word.utf8.count == 64
            && word.utf8.allSatisfy { ASCII.isDigit($0) || ($0 >= 97 && $0 <= 102) }
    }

    private static func isKeyID(_ word: String) -> Bool {
        word.utf8.count == 12
            && word.utf8.allSatisfy { ASCII.isDigit($0) || ($0 >= 97 && $0 <= 122) }
    }

    /// The key with its public members in the order that the module of keys writes them in.
    private static func publicKey(_ word: String) -> String? {
        guard ConfigWords.isPrintable(word), let key = try? VerificationKey(jwkText: word) else {
            return nil
        }
        let text = key.publicJWK.jsonText
        return ConfigWords.isPrintable(text) ? text : nil
    }
}

// MARK: - Times of day

extension ValueType {
    private static func isTimeOfDay(_ word: String, _ endsPeriod: Bool) -> Bool {
        guard let minutes = minutes(word[...]) else { return false }
        return minutes < 24 * 60 || (endsPeriod && minutes == 24 * 60)
    }

    private static func isZone(_ word: String) -> Bool {
        if word == "UTC" { return true }
        guard word.hasPrefix("+") || word.hasPrefix("-") else { return false }
        return minutes(word.dropFirst()).map { $0 <= 14 * 60 } ?? false
    }

    /// The minutes of `HH:MM`.
    private static func minutes(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]]
        guard digits.allSatisfy(ASCII.isDigit) else { return nil }
        let values = digits.map { Int($0 - 48) }
        let minute = values[2] * 10 + values[3]
        return minute < 60 ? (values[0] * 10 + values[1]) * 60 + minute : nil
    }
}
