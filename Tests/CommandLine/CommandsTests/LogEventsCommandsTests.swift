// The commands that ask the control plane about the log, and what they make of its answers.

import ClawgressCommands
import Foundation
import Synchronization
import Testing

/// An admin API that streams prepared pieces, or answers page after page.
private final class FakeLog: Sendable {
    private let answers: Mutex<[APIAnswer]>
    private let pieces: [String]
    private let status: Int
    private let asked = Mutex<[String]>([])

    init(_ answers: [String] = [], pieces: [String] = [], status: Int = 200) {
        self.answers = Mutex(answers.map { APIAnswer(status: status, body: Array($0.utf8)) })
        self.pieces = pieces
        self.status = status
    }

    var targets: [String] { asked.withLock { $0 } }

    func call(_: APIEndpoint, _ request: APIRequest) -> APIAnswer {
        asked.withLock { $0.append(request.target) }
        return answers.withLock {
            $0.isEmpty ? APIAnswer(status: 500, body: []) : $0.removeFirst()
        }
    }

    func stream(
        _: APIEndpoint,
        _ request: APIRequest,
        _ take: ([UInt8]) throws -> Bool
    ) throws -> APIAnswer {
        asked.withLock { $0.append(request.target) }
        guard status == 200 else {
            return APIAnswer(status: status, body: Array(pieces.joined().utf8))
        }
        for piece in pieces where try !take(Array(piece.utf8)) { break }
        return APIAnswer(status: 200, body: [])
    }
}

@Suite("Commands about the log")
struct LogEventsCommandsTests {
    private static let denied = """
        {"index":7,"record":{"agent_id":"crawler","decision":"deny","destination_host":"evil.test",\
        "destination_port":443,"http_method":"GET","latency_ms":0.5,"path":"/a\\u001b[2J",\
        "policy_id":"default-deny","reason":"default_deny","status":403,\
        "timestamp":"2026-01-31T08:00:00.123456Z"}}
        """

    private let world: CommandWorld
    private let environment: [String: String]

    init() throws { (world, environment) = try Self.world() }

    private static func world(
        isInteractive: Bool = false,
        width: Int = 80
    ) throws -> (CommandWorld, [String: String]) {
        let world = try CommandWorld(isInteractive: isInteractive, width: width)
        try world.write("an authority\n", to: "ca.pem")
        return (
            world,
            [
                "CLAWGRESS_API": "https://127.0.0.1:9443", "CLAWGRESS_CA": world.path("ca.pem"),
                "CLAWGRESS_TOKEN": "cgo_id_secret", "CLAWGRESS_RUNTIME": world.path("runtime"),
            ]
        )
    }

    private func run(_ log: FakeLog, _ arguments: String...) -> CommandResult {
        run(log, arguments, world, environment)
    }

    private func run(
        _ log: FakeLog,
        _ arguments: [String],
        _ world: CommandWorld,
        _ environment: [String: String]
    ) -> CommandResult {
        world.run(
            arguments: ["events"] + arguments,
            environment: environment,
            callingAPI: { log.call($0, $1) },
            streamingAPI: { try log.stream($0, $1, $2) }
        )
    }

    private static func page(_ items: [String], next: String? = nil) -> String {
        let cursor = next.map { ",\"next_cursor\":\"\($0)\"" } ?? ""
        return "{\"indexed\":9,\"items\":[\(items.joined(separator: ","))]\(cursor)}\n"
    }

    @Test("list the log without another word, with every filter as a parameter")
    func filters() {
        let log = FakeLog([Self.page([Self.denied])])
        let result = run(
            log,
            "--agent",
            "crawler",
            "--team",
            "t",
            "--project",
            "p",
            "--environment",
            "e",
            "--decision",
            "deny",
            "--policy",
            "x",
            "--reason",
            "r",
            "--host-suffix",
            "test",
            "--status",
            "4xx",
            "--request-id",
            "i",
            "--gateway",
            "gw-1",
            "--kind",
            "request",
            "--since",
            "1h",
            "--until",
            "2030-01-01T00:00:00Z",
            "--oldest",
            "--limit",
            "5"
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(
            log.targets == [
                "/v1/log/events?agent=crawler&team=t&project=p&environment=e&decision=deny&policy=x"
                    + "&reason=r&host_suffix=test&status=4xx&request_id=i&gateway=gw-1&kind=request"
                    + "&since=2027-01-15T07%3A00%3A00Z&until=2030-01-01T00%3A00%3A00Z&order=oldest"
                    + "&limit=5"
            ]
        )
        #expect(result.output == Self.denied + "\n")
    }

    @Test("ask for page after page until the limit, and say that there are more")
    func pages() {
        let many = Array(repeating: Self.denied, count: 100)
        let log = FakeLog([Self.page(many, next: "a-1"), Self.page([Self.denied], next: "b-2")])
        let result = run(log, "list", "--limit", "101")
        #expect(result.lines.count == 101 && result.errors.contains("there are more"))
        #expect(log.targets[1] == "/v1/log/events?order=newest&limit=1&cursor=a-1")
        let none = run(FakeLog([Self.page([])]), "--agent", "nobody")
        #expect(none.code == 1 && none.output.isEmpty)
    }

    @Test("draw columns that fit the terminal and let nothing of others through")
    func columns() throws {
        for width in [50, 80, 200] {
            let (world, environment) = try Self.world(isInteractive: true, width: width)
            let gap = #"{"index":8,"record":{"record":"gap","gateway_id":"g\u202e","allow":3}}"#
            let log = FakeLog([Self.page([Self.denied, gap, #"{"index":9,"record":null}"#])])
            let result = run(log, [], world, environment)
            #expect(result.lines.count == 4 && result.code == 0, "\(result.errors)")
            // Below 60 columns the last one keeps a few characters all the same.
            #expect(result.lines.allSatisfy { $0.count <= max(width, 60) })
            let harmful = Set("\u{1b}\u{202e}".unicodeScalars)
            #expect(harmful.isDisjoint(with: result.output.unicodeScalars))
            #expect(result.lines[1].contains(" deny ") && result.lines[1].contains(" 403 "))
            #expect(result.lines[2].hasPrefix("!!! events were lost on g\\u{202e}"))
            #expect(width < 200 || result.lines[1].contains(#"evil.test:443/a\u{1b}[2J by"#))
        }
    }

    @Test("count, and show what occurs most")
    func counts() {
        #expect(run(FakeLog([#"{"count":3,"indexed":9}"#]), "count").output == "3\n")
        let tops = #"{"items":[{"count":12,"value":"a\u001b"},{"count":3,"value":"b"}]}"#
        let log = FakeLog([tops, tops])
        #expect(run(log, "top", "hosts").output == "COUNT  HOST\n12     a\\u{1b}\n3      b\n")
        #expect(run(log, "top", "hosts", "--json").output == tops + "\n")
        #expect(log.targets[0] == "/v1/log/events/top?by=host&limit=10")
    }

    @Test("draw a line for each span, also for those without anything")
    func chart() {
        func bar(_ minute: Int, _ allow: Int, _ deny: Int) -> String {
            #"{"allow":\#(allow),"deny":\#(deny),"other":0,"rate_limit":0,"#
                + #""start":"2026-01-31T08:0\#(minute):00.000000Z"}"#
        }
        let items = #"{"items":[\#(bar(0, 100, 0)),\#(bar(4, 50, 1))]}"#
        let lines = run(FakeLog([items]), "buckets").lines
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 80 })
        #expect(lines[1] == "2026-01-31 08:02:00  0")
        #expect(lines[0].filter { $0 == "#" }.count > 2 * lines[2].filter { $0 == "#" }.count - 4)
        #expect(lines[2].filter { $0 == "x" }.count == 1 && lines[2].hasSuffix(" 51"))
    }

    @Test("follow what comes, however it is cut, and say why it ended")
    func follow() {
        let event = "id: 7\ndata: \(Self.denied)\n\n"
        let text = ": watching\n\n" + event + ":\n\n" + event
        for reason in ["too_slow", "stopping", "access_ended", #"a\u001bb"#] {
            let end = "event: end\ndata: {\"reason\":\"\(reason)\"}\n\n"
            let log = FakeLog(pieces: (text + end).map { String($0) })
            let result = run(log, "--follow", "--decision", "deny")
            #expect(result.output == "\(Self.denied)\n\(Self.denied)\n")
            #expect(result.code == (reason == "access_ended" ? 77 : 69))
            #expect(result.errors.contains("the tail ended") && !result.errors.contains("\u{1b}"))
            #expect(log.targets == ["/v1/log/events/tail?decision=deny"])
        }
        #expect(run(FakeLog(pieces: [text]), "-f").code == 69)
    }

    @Test("export to a file that is there only when it is whole")
    func export() throws {
        let log = FakeLog(pieces: ["{\"index\":1,", "\"record\":{}}\n"])
        let path = world.path("out.ndjson")
        let result = run(log, "export", "--since", "1h", "--output", path)
        #expect(result.code == 0 && result.errors == "1 lines, 24 bytes, whole\n")
        #expect(try world.read("out.ndjson") == "{\"index\":1,\"record\":{}}\n")
        #expect(
            log.targets == [
                "/v1/log/events/export?since=2027-01-15T07%3A00%3A00Z&format=ndjson&order=oldest"
            ]
        )
        let refused = FakeLog(
            pieces: [#"{"code":"index_unavailable","detail":"it is being made"}"#],
            status: 503
        )
        let failed = run(refused, "export", "--output", path)
        #expect(failed.code == 69 && failed.errors.contains("index_unavailable"))
        // What was there before stays, and nothing lies beside it.
        #expect(try world.read("out.ndjson") == "{\"index\":1,\"record\":{}}\n")
        let left = try FileManager.default.contentsOfDirectory(atPath: world.folder)
        #expect(left.allSatisfy { !$0.hasSuffix(".part") })
    }

    @Test("take a record without its end for what it is, also in a pipe")
    func cut() {
        let result = run(FakeLog(pieces: ["{\"index\":1}\n{\"ind"]), "export")
        #expect(result.code == 69 && result.output == "{\"index\":1}\n")
    }

    @Test("refuse what makes no sense before anybody is asked")
    func nonsense() {
        for words in [
            ["--follow", "--since", "1h"], ["--limit", "0"], ["--since", "yesterday"],
            ["--host", "*.example.com"], ["--host", "a", "--host-suffix", "b"],
            ["top", "names"], ["export", "--format", "xml"],
            ["export", "--json", "--format", "csv"],
        ] {
            let log = FakeLog()
            #expect(run(log, words, world, environment).code == 64, "\(words)")
            #expect(log.targets.isEmpty)
        }
    }
}
