// Lines and texts that nobody would type: they are refused with a problem, and never more.

import ClawgressConfigTree
import ClawgressJWS
import TestKit
import Testing

@Suite("Hostile lines")
struct HostileLineTests {
    private static let pieces = [
        "set", "delete", "rename", "copy", "to", "policy", "p", "match", "destination", "agent",
        "a", "'", "\"", "\\", "#", " ", "\t", "\u{0}", "\u{E4}", "\u{1F600}", "*", "group:", "{",
        "gateway", "limit", "head-bytes", "99999999999999999999", "-1", "+5", "issuer", "key",
        "{\"kty\":\"OKP\"}", "[::1]:", "static-host", "..", "",
    ]

    @Test("random lines are refused or read back", arguments: UInt64(0)..<40)
    func lines(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let tree = ConfigTree()
        for _ in 0..<250 {
            let words = random.some(Self.pieces, most: 9)
            let line = words.joined(separator: random.oneIn(4) ? "" : " ")
            _ = ConfigSchema.help(for: line, in: tree)
            guard let edit = try? ConfigEdit(parsing: line) else { continue }
            #expect((try? ConfigEdit(parsing: edit.text)) == edit)
        }
    }

    @Test("random bytes are refused", arguments: UInt64(0)..<40)
    func bytes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<250 {
            let count = Int.random(in: 0..<80, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let line = String(decoding: bytes, as: UTF8.self)
            _ = ConfigSchema.help(for: "set " + line, in: ConfigTree())
            let edit = try? ConfigEdit(parsing: line)
            #expect(edit == nil)
        }
    }

    @Test("any word survives its quotes", arguments: UInt64(0)..<40)
    func words(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let words = (0..<20).map { _ in
            let bytes = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                UInt8.random(in: 0x20..<0x7F, using: &random)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        let line = words.map(ConfigWords.quoted).joined(separator: " ")
        #expect(try ConfigWords.split(line) == words)
    }

    @Test("json of another form is refused where it differs", arguments: UInt64(0)..<40)
    func json(seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        let tree = try maker.tree(20)
        let broken = Self.broken(tree.json, &maker.random)
        let error = #expect(throws: ConfigProblems.self) { try ConfigTree(json: broken) }
        #expect(error?.problems.isEmpty == false)
    }

    /// The value with one value inside replaced by one that cannot be there.
    private static func broken(_ json: JSONValue, _ random: inout SplitMix64) -> JSONValue {
        switch json {
        case .object(var members) where !members.isEmpty && !random.oneIn(4):
            let place = Int.random(in: 0..<members.count, using: &random)
            members[place].value = broken(members[place].value, &random)
            return .object(members)
        case .object: return random.pick([.null, .array([]), .string("x"), .number(1.5)])
        default: return random.pick([.null, .object([]), .array([]), .number(1.5), .string("")])
        }
    }

    @Test("no problem shows a private key that was given by mistake")
    func privateKey() {
        let line = #"set issuer i key '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"c2VjcmV0"}'"#
        let error = #expect(throws: ConfigProblem.self) { try ConfigEdit(parsing: line) }
        #expect(error?.description.contains("c2VjcmV0") == false)
    }

    @Test("a line and a text have an end")
    func bounds() {
        let long = "set policy p match path-prefix /" + String(repeating: "a", count: 20_000)
        #expect(throws: ConfigProblem.self) { try ConfigEdit(parsing: long) }
        let error = #expect(throws: ConfigProblems.self) {
            try ConfigTree.read(commands: String(repeating: "nonsense\n", count: 1_000))
        }
        #expect(error?.problems.count == 100)
    }
}
