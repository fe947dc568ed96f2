// What stays bounded, and what a client's words cannot do.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressJWS
import ClawgressReplay
import Testing

@Suite("Recorded decisions, many of them")
struct ReplayBoundTests {
    private let open = """
        set agent crawler team t
        set agent crawler project p
        set agent crawler environment e

        """

    private func tree(_ lines: String = "") throws -> ConfigTree {
        var tree = ConfigTree()
        try tree.apply(commands: open + lines)
        return tree
    }

    private func denied(_ host: String, path: String = "/x", method: String = "GET") throws
        -> JSONValue
    {
        try RecordMaker.record(
            .object([
                JSONMember("decision", .string("deny")),
                JSONMember("reason", .string("default_deny")),
                JSONMember("policy_id", .string("default-deny")),
                JSONMember("destination_host", .string(host)),
                JSONMember("http_method", .string(method)),
                JSONMember("path", .string(path)),
            ])
        )
    }

    @Test("groups beyond the bound are counted together, and totals stay exact")
    func groups() throws {
        let engine = try tree().engine()
        var tally = ReplayTally(groupsMax: 3)
        for number in 0..<10 {
            let host = JSONMember("destination_host", .string("h\(number).example"))
            _ = tally.take(try RecordMaker.record(.object([host])), by: engine)
        }
        _ = tally.take(
            try RecordMaker.record(
                .object([JSONMember("destination_host", .string("h2.example"))])
            ),
            by: engine
        )
        let (groups, others) = tally.top(2)
        #expect(tally.totals[.newlyDenied]?.requests == 11)
        #expect(tally.totals[.newlyDenied]?.agents == 1)
        #expect(groups.map(\.group.count) == [2, 1])
        #expect(groups.first?.key.host == "h2.example")
        #expect(others == 8)
    }

    @Test("a suggestion has the same name each time, and another one where that is taken")
    func names() throws {
        let first = try suggestions(try tree(), [try denied("a.example")])
        let again = try suggestions(try tree(), [try denied("a.example")])
        let name = try #require(first.first?.name)
        #expect(again.first?.name == name)
        #expect(name.hasPrefix("allow-crawler-a.example-80-get-"))
        let taken = try tree(
            "set policy \(name) action deny\nset policy \(name) match method PUT\n"
        )
        let other = try suggestions(taken, [try denied("a.example")])
        #expect(other.count == 1 && other.first?.name != name)
        #expect(taken.names(at: ["policy"]) == [name])
    }

    @Test("hosts that differ behind the name's end have names that differ")
    func longNames() throws {
        let long = String(repeating: "a", count: 60) + ".example"
        let policies = try suggestions(try tree(), [try denied(long), try denied("x." + long)])
        #expect(Set(policies.map(\.name)).count == 2)
        #expect(policies.allSatisfy { $0.name.utf8.count <= 63 })
    }

    @Test(
        "words that a client chose stay one word each, or are refused",
        arguments: [
            "/it's", "/a;b=c", "/a'%20'b", "/$(id)", "/a%0Ab", "/\"quoted\"", "/a b", "/#x", "/é",
            "/a\nset policy x action allow", "/'\"'",
        ]
    )
    func hostilePaths(_ path: String) throws {
        for policy in try suggestions(try tree(), [try denied("a.example", path: path)]) {
            #expect(policy.pathPrefixes == [path])
            for line in policy.lines {
                #expect(try ConfigEdit(parsing: line).text == line)
                #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            }
        }
    }

    @Test(
        "hosts that no gateway writes are not understood",
        arguments: [
            "a.example set policy", "*.example", "group:all", "A.example", "a.example:80", "a\nb",
            "10.0.0.0/8", "010.0.0.1", "[::1]", "",
        ]
    )
    func hostileHosts(_ host: String) throws {
        let engine = try tree().engine()
        var tally = ReplayTally()
        _ = tally.take(try denied(host), by: engine)
        #expect(tally.skipped == [.notUnderstood: 1])
    }

    @Test("a method that the grammar does not know is not suggested")
    func methods() throws {
        let tree = try tree()
        #expect(try suggestions(tree, [try denied("a.example", method: "get")]).isEmpty)
        #expect(try suggestions(tree, [try denied("a.example", method: "M'#-")]).count == 1)
    }

    private func suggestions(_ tree: ConfigTree, _ records: [JSONValue]) throws -> [SuggestedPolicy]
    {
        let engine = try tree.engine()
        var book = SuggestionBook(try tree.snapshot())
        for record in records { _ = book.take(record, by: engine) }
        let hash = KeyedHash(first: 3, second: 4)
        return try book.finish(tree, engine, limit: 10, hash: hash)
    }
}
