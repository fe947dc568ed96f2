// A policy that allows what was asked for and as little else as the grammar can say. Its lines are
// made as edits, and each must be read back as the same edit: what a client wrote never becomes a word
// or a line of its own.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressModel
import Crypto

/// A policy that would allow recorded requests.
public struct SuggestedPolicy: Sendable {
    /// What it allows, and why it is asked for.
    public struct Key: Sendable, Hashable {
        /// Who asks.
        public let agentID: String
        /// Where to.
        public let host: String
        /// On which port.
        public let port: UInt16
        /// With which method.
        public let method: String
        /// The observed deny that it has to come before; nil where no policy matched.
        public let observed: String?
    }

    /// The policy's id: the same for the same question and configuration.
    public let name: String
    /// What it allows.
    public let key: Key
    /// The path prefixes; empty for a tunnel.
    public let pathPrefixes: [String]
    /// Whether they are shorter than what was asked for, because there were too many.
    public let isWidened: Bool
    /// How many recorded requests it is for.
    public let count: Int
    /// The one that happened last.
    public let example: RecordedRequest
    /// What has to be set.
    let edits: [ConfigEdit]

    /// Lines that `clawgress merge` takes.
    public var lines: [String] { edits.map(\.text) }

    /// Describes a policy that is not in `tree`; nil if the grammar cannot say it.
    ///
    /// - Parameters:
    ///   - priority: where it has to stand; nil for the default.
    ///   - addresses: the addresses that the configuration fixes for the host.
    init?(
        _ key: Key,
        _ wanted: SuggestionBook.Wanted,
        priority: Int?,
        addresses: [IPAddress],
        in tree: ConfigTree
    ) {
        self.key = key
        name = Self.name(for: key, in: tree)
        pathPrefixes = wanted.paths.prefixes.sorted()
        isWidened = wanted.paths.isWidened
        count = wanted.count
        example = wanted.example
        let policy = ConfigPath(["policy", name])
        let match = policy.appending("match")
        var edits: [ConfigEdit] = [
            .set(policy.appending("action"), .text("allow")),
            .set(match.appending("identity").appending("agent"), .text(key.agentID)),
            .set(match.appending("destination"), .text(Self.destination(key, example.literal))),
            .set(match.appending("method"), .text(key.method)),
        ]
        edits += pathPrefixes.map { .set(match.appending("path-prefix"), .text($0)) }
        if let priority {
            edits.append(.set(policy.appending("priority"), .integer(Int64(priority))))
        }
        // What the operator fixed is a place that the operator means.
        for address in addresses where AddressClass.of(address).reason != nil {
            guard let block = AddressBlock(base: address, prefixLength: address.isV4 ? 32 : 128)
            else { return nil }
            edits.append(.set(policy.appending("resolves-to"), .text(block.text)))
        }
        guard edits.allSatisfy({ (try? ConfigEdit(parsing: $0.text)) == $0 }) else { return nil }
        self.edits = edits
    }

    /// The one host on the one port.
    private static func destination(_ key: Key, _ literal: IPAddress?) -> String {
        let isBracketed = literal.map { !$0.isV4 } ?? false
        return isBracketed ? "[\(key.host)]:\(key.port)" : "\(key.host):\(key.port)"
    }

    /// A name that says what it is for, and ends in a digest of that: two that begin the same differ.
    ///
    /// A policy of that name that is there already is somebody's, so another one is taken.
    private static func name(for key: Key, in tree: ConfigTree) -> String {
        let words = ["allow", key.agentID, key.host, String(key.port), key.method.lowercased()]
        let readable = words.joined(separator: "-").utf8.map { byte in
            let isPlain = ASCII.isLetter(byte) || ASCII.isDigit(byte) || "._-".utf8.contains(byte)
            return isPlain ? byte : UInt8(ascii: "-")
        }
        let text = String(decoding: readable.prefix(Identifier.lengthMax - 11), as: UTF8.self)
        let content = (words + [key.method, key.observed ?? ""]).joined(separator: "\n")
        var round = 0
        while true {
            let digest = Hexadecimal.encode(SHA256.hash(data: Array("\(round)\n\(content)".utf8)))
            let name = "\(text)-\(digest.prefix(10))"
            if tree.node(at: ["policy", name]) == nil { return name }
            round += 1
        }
    }
}
