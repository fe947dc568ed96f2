// The page about the gateway lists every limit with its default, and every key of the
// configuration file: what it leaves out, nobody can set.

import ClawgressGateway
import ClawgressModel
import Testing
import Yams

@Suite("Page about the gateway")
struct GatewayPageTests {
    @Test("has a row for every limit, with its default and what happens at it")
    func limits() throws {
        let rows = try DocumentationPage("gateway.md").rows
        let names = try YAMLEncoder().encode(Limits()).split(separator: "\n")
        #expect(names.count == 16)
        for line in names {
            let parts = line.split(separator: ":").map { $0.filter { $0 != " " } }
            let found = rows.filter { $0[0] == "`\(parts[0])`" }
            #expect(found.map { $0[1] } == [parts[1]], "`\(parts[0])`")
            #expect(found.allSatisfy { $0.count == 4 }, "`\(parts[0])`")
        }
    }

    @Test("has a row for every key of the configuration file")
    func keys() throws {
        let rows = try DocumentationPage("gateway.md").rows.filter { $0.count == 3 }.map { $0[0] }
        for (prefix, text) in [
            ("", "unknown: 1"),
            ("spool.", "{gateway_id: a, trusted_keys: [k], spool: {unknown: 1}}"),
            ("control_plane.", "{gateway_id: a, control_plane: {unknown: 1}}"),
            ("audit.", "{gateway_id: a, trusted_keys: [k], audit: {unknown: 1}}"),
            (
                "alerts.webhook.",
                "{gateway_id: a, trusted_keys: [k], alerts: {webhook: {unknown: 1}}}"
            ),
        ] {
            let known = try knownKeys(text).map { prefix + $0 }
            #expect(known.count >= 3)
            let blocks = ["spool", "resolver", "control_plane", "audit", "alerts"]
            for key in known where !blocks.contains(key) {
                #expect(rows.contains("`\(key)`"), "`\(key)`")
            }
        }
        #expect(rows.contains("`resolver.servers`"))
    }

    /// The keys that the refusal of an unknown one names.
    private func knownKeys(_ text: String) throws -> [String] {
        let error = try #require(throws: DecodingError.self) {
            try YAMLDecoder().decode(GatewayConfiguration.self, from: text)
        }
        guard case .dataCorrupted(let context) = error else { throw error }
        let words = context.debugDescription.split(separator: "`").map(String.init)
        // The pieces between backticks are every second one; the first is the unknown key.
        return words.indices.filter { !$0.isMultiple(of: 2) && $0 > 1 }.map { words[$0] }
    }
}
