// What `Proxy-Authorization` may look like, one case of `Cases/offered.json` each.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressModel
import TestKit
import Testing

@Suite("Credentials")
struct CredentialTests {
    private struct Found: Equatable {
        var kind = ""
        var agent: String?
        var keyID: String?
        var secret: String?
    }

    /// What was found in `value`, or the word of the refusal.
    private func parse(
        _ value: [UInt8],
        capacity: Int = 16_384
    ) -> (found: Found?, refusal: String?) {
        var scratch = ByteBuffer(capacity: capacity)
        scratch.append("before")
        do throws(IdentityRefusal) {
            switch try Credential.parse(value.span, into: &scratch) {
            case .key(let agent, let keyID, let secret):
                return (
                    Found(
                        kind: "key",
                        agent: scratch.bytes.extracting(agent).string(),
                        keyID: scratch.bytes.extracting(keyID).string(),
                        secret: scratch.bytes.extracting(secret).string()
                    ), nil
                )
            case .token(let token, let agent):
                let claimed = agent.map { scratch.bytes.extracting($0).string() }
                let text = scratch.bytes.extracting(token).string()
                return (Found(kind: "token", agent: claimed, secret: text), nil)
            }
        } catch {
            return (nil, error.reason.word)
        }
    }

    @Test("finds keys and tokens in their four forms and refuses everything else")
    func judgesValues() throws {
        for example in try cases("offered") {
            let name = example["name"]?.text ?? ""
            let value = try #require(example["value"]?.text)
            let result = parse(Array(value.utf8))
            let expected = try #require(example["expect"])
            if let reason = expected.text {
                #expect(result.refusal == reason, "\(name)")
            } else {
                let found = Found(
                    kind: expected["kind"]?.text ?? "",
                    agent: expected["agent"]?.text,
                    keyID: expected["key_id"]?.text,
                    secret: expected["secret"]?.text ?? expected["token"]?.text
                )
                #expect(result.found == found, "\(name)")
            }
        }
    }

    @Test("refuses credentials that do not fit into the scratch buffer")
    func refusesOverflow() {
        let key = "cgk_builder00001_\(Registry.secret)"
        let basic = Base64.encode("a:\(key)".utf8, .standard)
        // Six bytes are taken before; the key has 49, and Basic adds two to it.
        for (text, needed) in [("Bearer \(key)", 55), ("Basic \(basic)", 57)] {
            let value = Array(text.utf8)
            #expect(parse(value, capacity: needed - 1).refusal == "credentials_malformed")
            #expect(parse(value, capacity: needed).refusal == nil)
        }
    }

    @Test("survives random changes, and what it accepts spells the same credential again")
    func survivesMutations() throws {
        var generator = SplitMix64(seed: 3)
        let seeds = try cases("offered").compactMap { $0["value"]?.text }
            .filter { $0.utf8.count < 500 }.map { Array($0.utf8) }
        var accepted = 0
        for _ in 0..<20_000 {
            var value = try #require(seeds.randomElement(using: &generator))
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !value.isEmpty {
                let place = Int.random(in: 0..<value.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: value[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: value.remove(at: place)
                default: value.insert(value[place], at: place)
                }
            }
            guard let found = parse(value).found else { continue }
            accepted += 1
            #expect(spellings(of: found).contains(normalised(value)))
        }
        #expect(accepted > 50)
    }

    /// A value with its scheme in lower case and the rest as it is.
    private func normalised(_ value: [UInt8]) -> String {
        let parts = value.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts[0].map(ASCII.lowercased)
        return String(decoding: scheme + [0x20] + parts[1], as: UTF8.self)
    }

    /// The two forms in which a credential can be written.
    private func spellings(of found: Found) -> [String] {
        let password = found.keyID.map { "cgk_\($0)_\(found.secret ?? "")" } ?? found.secret ?? ""
        let basic = Base64.encode("\(found.agent ?? ""):\(password)".utf8, .standard)
        return ["basic \(basic)", "bearer \(password)"]
    }
}
