// Random configurations and lines, drawn from the grammar's own table: what a test makes here is
// everything that an author could write.

import ClawgressConfigTree
import TestKit
import Testing

struct TreeMaker {
    var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// A tree of that many random settings.
    mutating func tree(_ count: Int) throws -> ConfigTree {
        var tree = ConfigTree()
        for _ in 0..<count { try tree.apply(setting()) }
        return tree
    }

    /// The tree after some random settings and removals.
    mutating func changed(_ tree: ConfigTree) throws -> ConfigTree {
        var tree = tree
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            if random.oneIn(2), let path = path(in: tree) {
                try tree.apply(.delete(path, nil))
            } else {
                try tree.apply(setting())
            }
        }
        return tree
    }

    /// A random setting of the grammar.
    mutating func setting() throws -> ConfigEdit {
        var path = ConfigPath()
        var shape = ConfigSchema.root
        while true {
            switch shape {
            case .container(let container):
                let child = random.pick(container.children)
                path.words.append(child.keyword)
                shape = child.shape
            case .list(let list):
                path.words.append(word(list.name.type))
                shape = list.entry
            case .leaf(let leaf), .leaves(let leaf):
                let value = try #require(leaf.type.value(of: word(leaf.type)))
                return .set(path, value)
            }
        }
    }

    /// A random place of a tree that has something.
    private mutating func path(in tree: ConfigTree) -> ConfigPath? {
        var path = ConfigPath()
        while let children = tree.node(at: path)?.children, !children.isEmpty {
            path.words.append(random.pick(children.keys.sorted()))
            if path.words.count > 1, random.oneIn(3) { break }
        }
        return path.words.isEmpty ? nil : path
    }

    /// A good word of a type, from few, so that random changes meet.
    mutating func word(_ type: ValueType) -> String {
        switch type {
        case .flag: random.pick(["true", "false"])
        case .choice(let choices): random.pick(choices.map(\.word))
        case .integer(let range, _):
            String(random.pick([range.lowerBound, range.upperBound, range.lowerBound + 1]))
        case .identifier, .agentReference: random.pick(["a", "b", "c-1", "to"])
        case .destination(let allowsGroups):
            random.pick(
                ["x.test", "*.x.test", "10.0.0.0/8", "[2001:db8::1]:8443", "*"]
                    + (allowsGroups ? ["group:a", "group:b"] : [])
            )
        case .block: random.pick(["10.0.0.0/8", "fd00::/8"])
        case .address: random.pick(["192.0.2.1", "2001:db8::1"])
        case .hostName: random.pick(["h.test", "i.test"])
        case .method: random.pick(["GET", "POST", "CONNECT"])
        case .pathPrefix: random.pick(["/", "/a", "/a/b'c"])
        case .pathPattern: random.pick(["/users/*", "/a/*/b/**"])
        case .portRange: random.pick(["443", "8000-8999"])
        case .nameServer: random.pick(["192.0.2.53", "[2001:db8::53]:5353"])
        case .timeOfDay: random.pick(["08:00", "18:30"])
        case .zone: random.pick(["UTC", "-03:30"])
        case .moment: random.pick(["2026-11-23T21:17:42Z", "1970-01-01T00:00:00Z"])
        case .digest: String(repeating: random.pick(["0", "a"]), count: 64)
        case .keyID: random.pick(["abcdefghijkl", "000000000000"])
        case .publicKey: random.pick(Self.keys)
        case .text: random.pick(["x", "a b", "it's \"quoted\"", "#", "\\", "https://i.test/"])
        }
    }

    /// Public keys whose private halves nobody has: the keys of RFC 8037 appendix A.2 and of
    /// RFC 7517 appendix A.1.
    private static let keys = [
        #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        #"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","#
            + #""y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"1"}"#,
    ]
}
