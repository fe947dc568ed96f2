// Fixed addresses are found under every spelling of a name that a request can have after
// canonicalisation, and a mistake in the table is a sentence and not a silent gap.

import ClawgressBytes
import ClawgressGateway
import ClawgressModel
import TestKit
import Testing

@Suite("Static hosts")
struct StaticHostsTests {
    private let hash = KeyedHash(first: 1, second: 3)

    private func look(_ hosts: StaticHosts, _ name: String) -> [String]? {
        let bytes = Array(name.utf8)
        return hosts.addresses(of: bytes.span)?.map(\.text)
    }

    private func problem(_ table: [String: [String]]) -> String? {
        do throws(SnapshotProblem) {
            _ = try StaticHosts(table, hash: hash)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("gives the addresses in the order of the table")
    func order() throws {
        let hosts = try StaticHosts(
            ["origin.test": ["192.0.2.2", "2001:db8::1", "192.0.2.1"]],
            hash: hash
        )
        #expect(look(hosts, "origin.test") == ["192.0.2.2", "2001:db8::1", "192.0.2.1"])
        #expect(look(hosts, "other.test") == nil)
        #expect(look(hosts, "") == nil)
        #expect(look(hosts, "a.origin.test") == nil)
    }

    @Test("stores names in canonical form", arguments: ["Origin.TEST", "origin.test."])
    func canonical(name: String) throws {
        let hosts = try StaticHosts([name: ["192.0.2.1"]], hash: hash)
        #expect(look(hosts, "origin.test") == ["192.0.2.1"])
    }

    @Test("an empty table has no addresses")
    func empty() throws {
        #expect(look(try StaticHosts([:], hash: hash), "origin.test") == nil)
    }

    @Test(
        "refuses a name that is none",
        arguments: [
            "", "a b", "192.0.2.1", "[::1]", "*.example.com", "bücher.example", "a..b", "a:80",
        ]
    )
    func names(name: String) {
        #expect(problem([name: ["192.0.2.1"]]) == "static host `\(name)` is no host name")
    }

    @Test(
        "refuses an address that is none",
        arguments: ["", "origin.test", "192.0.2.1:80", "10.0.0.0/8"]
    )
    func addresses(text: String) {
        #expect(
            problem(["origin.test": ["192.0.2.1", text]])
                == "static host `origin.test`: `\(text)` is no address"
        )
    }

    @Test("refuses a name without an address")
    func withoutAddress() {
        #expect(problem(["origin.test": []]) == "static host `origin.test` has no address")
    }

    @Test(
        "finds all of many names, whatever the key of the hash",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func manyNames(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let keyed = KeyedHash(using: &random)
        for count in [1, 2, 3, 4, 5, 31, 32, 33, 1_000] {
            var table: [String: [String]] = [:]
            for number in 0..<count {
                table["h\(number).test"] = ["10.0.\(number >> 8).\(number & 255)"]
            }
            let hosts = try StaticHosts(table, hash: keyed)
            for (name, addresses) in table { #expect(look(hosts, name) == addresses) }
            #expect(look(hosts, "h\(count).test") == nil)
        }
    }

    @Test("finds names that all fall into few places of the table")
    func collisions() throws {
        // With 64 names in 128 places, names whose hash ends in three zero bits share 16 places.
        var names: [String] = []
        var number = 0
        while names.count < 64 {
            let name = "c\(number).test"
            let bytes = Array(name.utf8)
            if hash.hash(bytes.span) & 7 == 0 { names.append(name) }
            number += 1
        }
        let table = Dictionary(uniqueKeysWithValues: names.map { ($0, ["192.0.2.1"]) })
        let hosts = try StaticHosts(table, hash: hash)
        for name in names { #expect(look(hosts, name) == ["192.0.2.1"]) }
        for other in 0..<number where !names.contains("c\(other).test") {
            #expect(look(hosts, "c\(other).test") == nil)
        }
    }
}
