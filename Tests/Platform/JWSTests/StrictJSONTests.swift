// What the strict reader takes and what it refuses, one line of `Cases/json.json` each.

import ClawgressBytes
import ClawgressJWS
import TestKit
import Testing

@Suite("Strict JSON")
struct StrictJSONTests {
    @Test("reads valid texts to the value that they spell")
    func readsValidTexts() throws {
        let accepted = try cases("json").filter { $0["reads"] != nil }
        #expect(accepted.count > 20)
        for example in accepted {
            let text = try #require(example["text"]?.text)
            #expect(try StrictJSON.read(text).jsonText == example["reads"]?.text, "\(text)")
        }
    }

    @Test("refuses ambiguous and malformed texts with the right problem")
    func refusesMalformedTexts() throws {
        let refused = try cases("json").filter { $0["problem"] != nil }
        #expect(refused.count > 50)
        for example in refused {
            let text = try #require(example["text"]?.text)
            #expect(problem(Array(text.utf8)) == example["problem"]?.text, "\(text)")
        }
    }

    @Test("refuses bytes that are not UTF-8, also behind an escape")
    func refusesInvalidUTF8() {
        for bad: [UInt8] in [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
            #expect(problem([0x22] + bad + [0x22]) == "invalid_utf8")
            #expect(problem([0x22, 0x5C, 0x6E] + bad + [0x22]) == "invalid_utf8")
            #expect(problem(bad) == "unexpected_byte")
        }
    }

    @Test("says at which byte the problem is")
    func namesThePlace() {
        let error = #expect(throws: JSONError.self) { try StrictJSON.read("{\"a\":1,\"a\":2}") }
        #expect(error == JSONError(.duplicateMember, at: 7))
        let second = #expect(throws: JSONError.self) { try StrictJSON.read("[1,}") }
        #expect(second == JSONError(.unexpectedByte, at: 3))
    }

    @Test("limits nesting as told")
    func limitsNesting() throws {
        let bytes = Array("[[1]]".utf8)
        #expect(throws: JSONError.self) { try StrictJSON.read(bytes.span, depthMax: 1) }
        #expect(try StrictJSON.read(bytes.span, depthMax: 2).elements?.count == 1)
    }

    @Test("finds members by exact bytes, not by canonical equivalence")
    func comparesNamesByBytes() throws {
        // U+212A KELVIN SIGN is canonically equivalent to the letter K.
        let value = try StrictJSON.read("{\"\\u212A\":1}")
        #expect(value["K"] == nil)
        #expect(value["\u{212A}"]?.integer == 1)
        #expect(JSONValue.null["a"] == nil)
    }

    @Test("offers values only as what they are")
    func offersTypedValues() throws {
        let value = try StrictJSON.read("{\"t\":\"x\",\"i\":3,\"n\":3.0,\"b\":true,\"l\":[]}")
        #expect(value["t"]?.text == "x")
        #expect(value["i"]?.integer == 3)
        #expect(value["n"]?.integer == nil)
        #expect(value["n"] == .number(3))
        #expect(value["b"] == .bool(true))
        #expect(value["l"]?.elements == [])
        #expect(value["t"]?.elements == nil)
        #expect(value["t"]?.members == nil)
        #expect(value["i"]?.text == nil)
    }

    @Test("survives random changes, and what it accepts it writes and reads again")
    func survivesMutations() throws {
        var generator = SplitMix64(seed: 1)
        let seeds = try cases("json").compactMap { $0["text"]?.text }.map { Array($0.utf8) }
        var accepted = 0
        for _ in 0..<20_000 {
            let seed = try #require(seeds.randomElement(using: &generator))
            let text = mutated(seed, by: &generator)
            guard let value = try? StrictJSON.read(text.span) else { continue }
            accepted += 1
            #expect(try StrictJSON.read(value.jsonText) == value)
        }
        #expect(accepted > 500)
    }

    private func problem(_ bytes: [UInt8]) -> String? {
        do throws(JSONError) {
            _ = try StrictJSON.read(bytes.span)
            return nil
        } catch {
            return error.problem.rawValue
        }
    }

    @Test("tells where the members of an object stand")
    func placedObject() throws {
        let text = #" {"a" : [1, 2] , "\u0062":{"a":null}} "#
        let bytes = Array(text.utf8)
        let object = try StrictJSON.readObject(bytes.span)
        #expect(try StrictJSON.read(bytes.span) == .object(object.members))
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        #expect(object.names.map(part) == [#""a""#, #""\u0062""#])
        #expect(object.values.map(part) == ["[1, 2]", #"{"a":null}"#])
    }

    @Test("takes nothing but an object for one", arguments: ["[]", "1", "{} x", "{", ""])
    func noObject(text: String) {
        #expect(throws: JSONError.self) { try StrictJSON.readObject(Array(text.utf8).span) }
    }
}
