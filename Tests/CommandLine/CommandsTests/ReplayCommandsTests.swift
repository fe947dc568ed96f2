// What commands about recorded decisions ask, say and end with.

import ClawgressCommands
import Synchronization
import Testing

@Suite("Commands about recorded decisions")
struct ReplayCommandsTests {
    private static let reading = """
        {"since":"2027-01-14T08:00:00Z","until":"2027-01-15T08:00:00Z","records":30,\
        "not_judged":{"limits":1,"rate_limited":7}}
        """

    private let world: CommandWorld

    init() throws {
        world = try CommandWorld()
        try world.write("an authority\n", to: "ca.pem")
    }

    /// Runs a command against an API that gives one answer; the target that it asked.
    private func run(_ body: String, _ arguments: String...) -> (CommandResult, target: String) {
        let asked = Mutex("")
        let result = world.run(
            arguments: arguments,
            environment: [
                "CLAWGRESS_API": "https://127.0.0.1:9443", "CLAWGRESS_CA": world.path("ca.pem"),
                "CLAWGRESS_TOKEN": "cgo_id_secret", "CLAWGRESS_RUNTIME": world.path("runtime"),
            ],
            callingAPI: { _, request in
                asked.withLock { $0 = request.target }
                return APIAnswer(status: 200, body: Array(body.utf8))
            }
        )
        return (result, asked.withLock { $0 })
    }

    private func replay(
        denied: Int = 0,
        allowed: Int = 0,
        changed: Int = 0,
        observed: Int = 0,
        groups: String = "",
        others: Int = 0,
        reading: String = Self.reading
    ) -> String {
        func total(_ requests: Int) -> String {
            "{\"requests\":\(requests),\"agents\":\(min(requests, 3))}"
        }
        return """
            {"revision":"sha256:00","reading":\(reading),"replayed":22,"unchanged":10,\
            "newly_denied":\(total(denied)),"newly_allowed":\(total(allowed)),\
            "policy_changed":\(total(changed)),"observed_allowed":0,"observed_denied":\(observed),\
            "groups":[\(groups)],"others":\(others)}
            """
    }

    @Test("replay says how many requests of how many agents would be denied, and ends with 1")
    func denied() {
        let group = """
            {"change":"newly_denied","agent_id":"crawler","host":"2001:db8::1","port":443,\
            "http_method":"CO\\u001b[2JNNECT","policy_before":"a","policy_after":"b",\
            "reason":"policy_denied","count":9,"last":"2027-01-15T07:00:00.000000Z",\
            "request_id":"019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a"}
            """
        let (result, target) = run(
            replay(denied: 12, groups: group, others: 3),
            "replay",
            "--since",
            "24h",
            "--staged"
        )
        #expect(result.code == 1)
        #expect(result.lines.first == "12 requests of 3 agents would now be denied")
        #expect(result.output.contains("[2001:db8::1]:443  a -> b  policy_denied  9"))
        #expect(result.output.contains("\\u{1b}[2J") && !result.output.contains("\u{1B}"))
        #expect(result.output.contains("and 3 further requests that would be decided"))
        #expect(result.errors == "not judged: 7 rate_limited, 1 limits\n")
        #expect(
            target == "/v1/log/replay?against=staged&since=2027-01-14T08%3A00%3A00Z&limit=20"
        )
    }

    @Test("replay ends with 1 for what would be allowed, and with 0 for another policy alone")
    func codes() {
        #expect(run(replay(allowed: 1), "replay").0.code == 1)
        let (same, _) = run(replay(changed: 2, observed: 1), "replay")
        #expect(same.code == 0)
        #expect(
            same.lines == [
                "2 requests of 2 agents would now be decided by another policy, with the same end",
                "10 of 22 would be decided as before",
                "1 request would be denied if observed policies were enforced",
            ]
        )
        #expect(
            run(replay(), "replay").0.lines == ["22 recorded requests would be decided as before"]
        )
    }

    @Test("replay that a limit ended is no answer, unless it found something")
    func cut() {
        let reading = Self.reading.replacing(
            "\"records\":30,",
            with: "\"records\":30,\"ended_by\":\"seconds\","
        )
        let (result, _) = run(replay(reading: reading), "replay", "--json")
        #expect(result.code == 75 && result.output == replay(reading: reading) + "\n")
        let (found, _) = run(replay(denied: 1, reading: reading), "replay")
        #expect(found.code == 1)
        #expect(
            found.errors.contains("a limit (`replay_seconds`) ended the reading after 30 records")
        )
    }

    @Test("replay asks about one configuration")
    func one() {
        #expect(run("", "replay", "--staged", "--revision", "1").0.code == 64)
        #expect(run("", "replay", "--since", "yesterday").0.code == 64)
        #expect(run("", "replay", "--limit", "0").0.code == 64)
        let (_, target) = run(
            replay(),
            "replay",
            "--revision",
            "1",
            "--agent",
            "a&b",
            "--since",
            "1h"
        )
        #expect(target.hasPrefix("/v1/log/replay?against=1&since="))
        #expect(target.hasSuffix("&agent=a%26b&limit=20"))
    }

    @Test("suggest prints lines that merge takes, and everything else as comments or notes")
    func suggest() {
        let item = """
            {"policy_id":"allow-x","agent_id":"crawler","host":"a.example","port":80,\
            "http_method":"GET","path_prefixes":["/"],"widened":true,"observed_policy":"watch",\
            "count":1,"last":"2027-01-15T07:00:00.000000Z",\
            "request_id":"019a\\nset policy y action allow","lines":["set policy allow-x action allow"]}
            """
        let (result, target) = run(
            """
            {"revision":"sha256:00","reading":\(Self.reading),"considered":4,"items":[\(item)],\
            "not_suggested":{"denied_by_policy":2},"others":1}
            """,
            "suggest",
            "--host",
            "a.example"
        )
        #expect(result.code == 0)
        let lines = result.lines.filter { !$0.hasPrefix("# ") }
        #expect(lines == ["set policy allow-x action allow"])
        #expect(result.lines.count { $0.hasPrefix("# ") } == 3)
        #expect(result.errors.contains("nothing suggested for: 2 denied_by_policy"))
        #expect(target.hasPrefix("/v1/log/suggestions?against=candidate&since="))
    }

    @Test("policy hits lists what never decided anything")
    func hits() {
        let (result, target) = run(
            """
            {"revision":"sha256:00","since":"a","until":"b","items":[\
            {"policy_id":"p","kind":"policy","action":"deny","mode":"observe","enabled":false,\
            "count":0},{"policy_id":"quota","kind":"reserved","count":0},\
            {"policy_id":"q","kind":"removed","count":2,"last":"2027-01-15T07:00:00.000000Z"}]}
            """,
            "policy",
            "hits",
            "--since",
            "2027-01-01T00:00:00Z"
        )
        #expect(
            result.lines == [
                "COUNT  POLICY  SAYS                      LAST",
                "0      p       deny, observed, disabled  never",
                "0      quota   (no policy)               never",
                "2      q       (not in force)            2027-01-15T07:00:00.000000Z",
            ]
        )
        #expect(target == "/v1/log/policy-hits?since=2027-01-01T00%3A00%3A00Z")
    }
}
