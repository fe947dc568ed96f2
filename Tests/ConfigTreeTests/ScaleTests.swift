// A large installation: ten thousand agents and as many policies. What is asserted here is what
// must hold at that size; the run prints how long each step takes.

import ClawgressConfigTree
import ClawgressJWS
import ClawgressModel
import Testing

@Suite("Large configurations", .serialized)
struct ScaleTests {
    private static let count = 10_000
    private static let tree = make()

    private static func make() -> JSONValue {
        let agents = (0..<count).map { number in
            JSONMember(
                "agent-\(number)",
                .object([
                    JSONMember("team", .string("team-\(number % 100)")),
                    JSONMember("project", .string("project-\(number % 10)")),
                    JSONMember("environment", .string("production")),
                ])
            )
        }
        let policies = (0..<count).map { number in
            let identity = JSONMember("agent", .array([.string("agent-\(number)")]))
            let destinations: [JSONValue] = [.string("h-\(number).test"), .string("group:shared")]
            let match: [JSONMember] = [
                JSONMember("identity", .object([identity])),
                JSONMember("destination", .array(destinations)),
                JSONMember("method", .array([.string("CONNECT"), .string("GET")])),
            ]
            return JSONMember(
                "policy-\(number)",
                .object([
                    JSONMember("action", .string("allow")), JSONMember("match", .object(match)),
                ])
            )
        }
        let group = JSONMember("destination", .array([.string("shared.test")]))
        return .object([
            JSONMember("agent", .object(agents)), JSONMember("policy", .object(policies)),
            JSONMember("destination-group", .object([JSONMember("shared", .object([group]))])),
        ])
    }

    @Test("is read, shown, compared, merged and turned into a snapshot")
    func steps() throws {
        let clock = ContinuousClock()
        var times: [(String, Duration)] = []
        func timed<Result>(_ name: String, _ step: () throws -> Result) rethrows -> Result {
            let start = clock.now
            let result = try step()
            times.append((name, clock.now - start))
            return result
        }
        let json = Self.tree
        let base = try timed("read json") { try ConfigTree(json: json) }
        var mine = base
        var theirs = base
        try timed("two edits") {
            try mine.apply(.set(["policy", "policy-77", "mode"], .text("observe")))
            try theirs.apply(.delete(["policy", "policy-99"], nil))
        }
        let changes = timed("changes") { mine.changes(from: base) }
        #expect(changes.map(\.path.text) == ["policy policy-77 mode"])
        let merge = timed("merge") { ConfigTree.merge(base: base, mine: mine, theirs: theirs) }
        guard case .merged(var merged) = merge else { return #expect(merge == .merged(mine)) }
        #expect(merged.changes(from: base).count == 7)
        try timed("rename an agent") {
            try merged.apply(.rename(["agent", "agent-5"], to: "spider"))
        }
        let snapshot = try timed("snapshot with digest") { try merged.snapshot() }
        #expect(snapshot.agents.count == Self.count)
        #expect(snapshot.policies.count == Self.count - 1)
        #expect(snapshot.policies.contains { $0.match.identity?.agents == ["spider"] })
        let text = timed("canonical text") { merged.canonicalText }
        let read = try timed("read the text") { try ConfigTree(json: StrictJSON.read(text)) }
        #expect(read == merged)
        let lines = timed("show what changed") { merged.showText(marking: base, onlyChanges: true) }
        #expect(lines.contains("+ agent spider\n"))
        let commands = timed("commands") { merged.commandsText() }
        let edits = try timed("read commands") { try ConfigTree.read(commands: commands) }
        var built = ConfigTree()
        try timed("apply commands") { try built.apply(edits) }
        #expect(built == merged)
        for (name, time) in times { print("ten thousand of each: \(name): \(time)") }
    }
}
