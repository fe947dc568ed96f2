// What commands ask the admin API, and what they make of its answers.

import ClawgressCommands
import Synchronization
import Testing

/// An admin API that gives prepared answers and keeps what it was asked.
private final class FakeAPI: Sendable {
    private let answers: Mutex<[APIAnswer]>
    private let asked = Mutex<[(endpoint: APIEndpoint, request: APIRequest)]>([])

    init(_ answers: (status: Int, body: String)...) {
        self.answers = Mutex(
            answers.map { APIAnswer(status: $0.status, body: Array($0.body.utf8)) }
        )
    }

    var requests: [APIRequest] { asked.withLock { $0.map { $0.request } } }
    var endpoints: [APIEndpoint] { asked.withLock { $0.map { $0.endpoint } } }
    /// The bodies as text.
    var bodies: [String] { requests.map { String(decoding: $0.body ?? [], as: UTF8.self) } }

    func call(_ endpoint: APIEndpoint, _ request: APIRequest) throws -> APIAnswer {
        asked.withLock { $0.append((endpoint, request)) }
        return answers.withLock {
            $0.isEmpty ? APIAnswer(status: 500, body: []) : $0.removeFirst()
        }
    }
}

@Suite("Commands on a control plane")
struct ControlPlaneCommandsTests {
    private static let candidate = """
        {"etag":"e1","level":"","base_revision":"sha256:00","outdated":false,"change_count":1,"changes":\
        [{"kind":"added","path":"policy p action","new":"allow"}]}
        """

    private let world: CommandWorld
    private let environment: [String: String]

    init() throws {
        world = try CommandWorld()
        try world.write("an authority\n", to: "ca.pem")
        environment = [
            "CLAWGRESS_API": "https://127.0.0.1:9443", "CLAWGRESS_CA": world.path("ca.pem"),
            "CLAWGRESS_TOKEN": "cgo_id_secret", "CLAWGRESS_RUNTIME": world.path("runtime"),
        ]
    }

    private func run(
        _ api: FakeAPI,
        _ arguments: String...,
        environment: [String: String]? = nil,
        answers: [String]? = nil
    ) -> CommandResult {
        world.run(
            arguments: arguments,
            environment: environment ?? self.environment,
            answers: answers,
            callingAPI: { try api.call($0, $1) }
        )
    }

    @Test("set sends one line of configuration, as it would be typed")
    func set() {
        let api = FakeAPI((200, Self.candidate))
        let result = run(api, "set", "policy", "p", "match", "destination", "*.example.com")
        #expect(result.code == 0)
        #expect(result.output == "+ policy p action allow\n")
        #expect(result.errors == "1 change in the candidate\n")
        #expect(api.requests.map(\.method) == [.post])
        #expect(api.requests.map(\.target) == ["/v1/candidate/edit"])
        #expect(
            api.bodies == [
                #"{"edits":["set policy p match destination *.example.com"],"relative":true}"#
            ]
        )
        #expect(
            api.endpoints == [
                APIEndpoint(
                    url: "https://127.0.0.1:9443",
                    authority: Array("an authority\n".utf8),
                    token: "cgo_id_secret"
                )
            ]
        )
    }

    @Test("a word that a line would split is quoted")
    func quoting() {
        let api = FakeAPI((200, Self.candidate))
        _ = run(api, "set", "issuer", "i", "key", #"{"kty": "OKP"}"#)
        #expect(
            api.bodies == [#"{"edits":["set issuer i key '{\"kty\": \"OKP\"}'"],"relative":true}"#]
        )
    }

    @Test("rename and copy keep the word between the two names")
    func rename() {
        let api = FakeAPI((200, Self.candidate), (200, Self.candidate))
        #expect(run(api, "rename", "policy", "p", "to", "q").code == 0)
        #expect(run(api, "copy", "policy", "p", "to", "q").code == 0)
        #expect(
            api.bodies == [
                #"{"edits":["rename policy p to q"],"relative":true}"#,
                #"{"edits":["copy policy p to q"],"relative":true}"#,
            ]
        )
    }

    @Test("--json prints the answer as it came")
    func json() {
        let api = FakeAPI((200, Self.candidate))
        let result = run(api, "delete", "policy", "p", "--json")
        #expect(result.output == Self.candidate + "\n" && result.errors.isEmpty)
    }

    @Test("a path goes into the query with every byte that could end it encoded")
    func show() {
        let api = FakeAPI((200, "policy p\n"), (200, "{}"), (200, ""))
        #expect(run(api, "show", "policy", "a b", "--of", "active").output == "policy p\n")
        #expect(run(api, "show", "--json").output == "{}\n")
        #expect(run(api, "show", "--commands", "--of", "1").output == "")
        #expect(
            api.requests.map(\.target) == [
                "/v1/configuration?of=active&path=policy%20%27a%20b%27&format=text",
                "/v1/configuration?of=candidate&relative=true&format=json",
                "/v1/configuration?of=1&format=commands",
            ]
        )
    }

    @Test("compare goes from what is active to the candidate unless told otherwise")
    func compare() {
        let body = """
            {"from":"a","to":"b","change_count":2,"next_cursor":"1","changes":[{"kind":"changed",\
            "path":"quota c rps-limit","old":"5","new":"50"}]}
            """
        let rest = """
            {"from":"a","to":"b","change_count":2,"changes":[{"kind":"removed",\
            "path":"agent a\\u001b[2J"}]}
            """
        let none = #"{"from":"a","to":"b","change_count":0,"changes":[]}"#
        let api = FakeAPI((200, body), (200, rest), (200, none))
        let result = run(api, "compare")
        #expect(result.output == "> quota c rps-limit 5 -> 50\n- agent a\\u{1b}[2J\n")
        #expect(run(api, "compare", "1", "0").errors == "no difference\n")
        #expect(
            api.requests.map(\.target) == [
                "/v1/compare?from=active&to=candidate&format=json&limit=1000",
                "/v1/compare?from=active&to=candidate&format=json&limit=1000&cursor=1",
                "/v1/compare?from=1&to=0&format=json&limit=1000",
            ]
        )
    }

    @Test("a commit says what became of it on each gateway")
    func commit() {
        let body = """
            {"commit_id":"c7","state":"decided","revision":"sha256:ab","epoch":1,"serial":7,\
            "timestamp":"2026-01-01T00:00:00Z","actor":"alice","rollout":[{"gateway_id":"gw-1",\
            "state":"activated"},{"gateway_id":"gw-2","state":"behind","code":"lost",\
            "reason":"not heard from"}]}
            """
        let api = FakeAPI((200, body))
        let result = run(api, "commit", "--comment", "why", "--confirm", "5", "--exclude", "gw-3")
        #expect(
            result.output == """
                committed c7: serial 7, epoch 1, sha256:ab
                  gw-1 activated
                  gw-2 behind (lost: not heard from)

                """
        )
        #expect(
            api.bodies == [
                #"{"comment":"why","confirm_minutes":5,"exclude_gateways":["gw-3"]}"#
            ]
        )
    }

    @Test("a revocation says which commit it took back, and a rollback which keys stay revoked")
    func revocation() {
        let body = """
            {"id":"k1","commit":{"commit_id":"c8","state":"decided","revision":"sha256:ab","epoch":1,\
            "serial":8,"timestamp":"2026-01-01T00:00:00Z","actor":"alice","reverted_commit":"c7",\
            "rollout":[]}}
            """
        let loaded = """
            {"etag":"e1","level":"","base_revision":"sha256:00","outdated":false,"change_count":0,"changes":[],\
            "kept_revoked":["agent crawler key k1"]}
            """
        let api = FakeAPI((200, body), (200, loaded))
        let result = run(
            api,
            "agent-key",
            "revoke",
            "crawler",
            "k1",
            "--exclude",
            "gw-1",
            "--exclude",
            "gw-2"
        )
        #expect(result.errors.hasPrefix("revoked k1 of agent crawler\ncommit c7 waited"))
        #expect(
            api.requests.first?.target
                == "/v1/agents/crawler/keys/k1?exclude_gateways=gw-1%2Cgw-2"
        )
        let back = run(api, "rollback", "1")
        #expect(back.errors.contains("agent crawler key k1 was revoked since and stays revoked\n"))
    }

    @Test("gateways of all pages are listed")
    func gatewayPages() {
        func page(_ name: String, _ next: String) -> String {
            """
            {"gateways":[{"gateway_id":"\(name)","state":"connected","required":true,"streaming":true,\
            "enrolled_at":1,"certificate_ends":2}]\(next)}
            """
        }
        let answers = (page("gw-1", #","next_cursor":"gw-1""#), page("gw-2", ""))
        let api = FakeAPI((200, answers.0), (200, answers.1), (200, answers.0), (200, answers.1))
        let listed = run(api, "gateway", "list").output.split(separator: "\n")
        #expect(listed.count == 3 && listed[1].hasPrefix("gw-1") && listed[2].hasPrefix("gw-2"))
        let json = run(api, "gateway", "list", "--json").output
        #expect(json.contains(#""gateway_id":"gw-1""#) && json.contains(#""gateway_id":"gw-2""#))
        #expect(!json.contains("next_cursor"))
        #expect(
            api.requests.prefix(2).map(\.target) == [
                "/v1/gateways?limit=1000", "/v1/gateways?limit=1000&cursor=gw-1",
            ]
        )
    }

    @Test("a refusal is one line with its code, and a line for each fault")
    func refusal() {
        let body = """
            {"type":"about:blank","status":422,"title":"Unprocessable Content","code":\
            "edit_refused","detail":"2 edits are wrong","errors":[{"line":1,"path":"policy p",\
            "message":"`blah` is unknown here"},{"message":"more"}]}
            """
        let result = run(FakeAPI((422, body)), "set", "policy", "p", "blah", "1")
        #expect(result.code == 65 && result.output.isEmpty)
        #expect(
            result.errors == """
                clawgress: 2 edits are wrong (edit_refused)
                clawgress: line 1, policy p: `blah` is unknown here
                clawgress: more

                """
        )
    }

    @Test("a single fault is said once, and its place too")
    func singleFault() {
        let text = "line 1: policy p: `blah` is unknown here"
        let body = """
            {"code":"edit_refused","detail":"\(text)","errors":[{"line":1,"path":"policy p",\
            "message":"\(text)"}]}
            """
        let result = run(FakeAPI((422, body)), "set", "policy", "p", "blah", "1")
        #expect(result.errors == "clawgress: \(text) (edit_refused)\n")
    }

    @Test(
        "scripts can tell refusals apart by the exit code",
        arguments: [
            (401, 77), (403, 77), (404, 66), (409, 75), (412, 75), (422, 65), (429, 75),
            (500, 69), (503, 69),
        ] as [(Int, Int32)]
    )
    func exitCodes(status: Int, code: Int32) {
        let result = run(FakeAPI((status, "<html>")), "configure")
        #expect(result.code == code)
        #expect(result.errors == "clawgress: the request was refused (http_\(status))\n")
    }

    @Test("why gateways refused, and which paths two people changed, is said")
    func details() {
        let aborted = """
            {"code":"publication_aborted","detail":"nothing changed","refusals":[{"gateway_id":\
            "gw-2","code":"timed_out","reason":"no answer within 5 s"}]}
            """
        let outdated = #"{"code":"candidate_outdated","detail":"look","paths":["policy p"]}"#
        #expect(
            run(FakeAPI((409, aborted)), "commit").errors.contains(
                "gateway gw-2: no answer within 5 s (timed_out)\n"
            )
        )
        #expect(run(FakeAPI((409, outdated)), "configure").errors.contains("differs: policy p\n"))
    }

    @Test("without an address, a CA or a token a command says what to give")
    func missing() {
        var without = environment
        without["CLAWGRESS_API"] = nil
        #expect(run(FakeAPI(), "whoami", environment: without).errors.contains("--api"))
        without = environment
        without["CLAWGRESS_CA"] = nil
        #expect(run(FakeAPI(), "whoami", environment: without).errors.contains("--ca"))
        without = environment
        without["CLAWGRESS_TOKEN"] = nil
        let result = run(FakeAPI(), "whoami", environment: without)
        #expect(result.code == 77 && result.errors.contains("clawgress login"))
    }

    @Test(
        "an address that is not the API's alone is refused",
        arguments: ["http://127.0.0.1:1", "https://", "https://a:1/v1", "https://u@a:1", "a:1"]
    )
    func addresses(url: String) {
        let api = FakeAPI()
        #expect(run(api, "whoami", "--api", url).code == 64)
        #expect(api.requests.isEmpty)
    }

    @Test("login keeps address, CA and token for this user only; logout forgets them")
    func login() throws {
        let api = FakeAPI(
            (200, #"{"token":"cgs_1_2","expires_at":"T","user":"alice","role":"operator"}"#),
            (200, #"{"user":"alice","role":"operator","kind":"session","credential_id":"1"}"#),
            (204, "")
        )
        var bare = environment
        for name in ["CLAWGRESS_API", "CLAWGRESS_CA", "CLAWGRESS_TOKEN"] { bare[name] = nil }
        let login = run(
            api,
            "login",
            "--api",
            "https://127.0.0.1:9443/",
            "--ca",
            "@ca.pem",
            "--user",
            "alice",
            environment: bare,
            answers: ["pa55word"]
        )
        #expect(login.code == 0 && login.output == "logged in as alice, operator, until T\n")
        #expect(api.bodies == [#"{"password":"pa55word","user":"alice"}"#])
        #expect(try world.mode("runtime/context.json") == 0o600)
        #expect(try world.mode("runtime") == 0o700)
        #expect(run(api, "whoami", environment: bare).output == "alice, operator, by session 1\n")
        #expect(run(api, "logout", environment: bare).code == 0)
        #expect(api.endpoints.map(\.token) == [nil, "cgs_1_2", "cgs_1_2"])
        #expect(run(api, "whoami", environment: bare).code == 64)
    }

    @Test("a kept token is never sent to another system")
    func foreignSystem() throws {
        let api = FakeAPI(
            (200, #"{"token":"cgs_1_2","expires_at":"T","user":"alice","role":"operator"}"#)
        )
        var without = environment
        without["CLAWGRESS_TOKEN"] = nil
        _ = run(api, "login", "--user", "alice", environment: without, answers: ["pa55word"])
        without["CLAWGRESS_API"] = "https://127.0.0.2:9443"
        let result = run(api, "whoami", environment: without)
        #expect(result.code == 77 && api.requests.count == 1)
    }

    @Test("a new token is printed alone, or goes to a file for its owner only")
    func operatorToken() throws {
        let body =
            #"{"token":"cgo_a_b","id":"a","user":"alice","role":"read-only","expires_at":"T"}"#
        let api = FakeAPI((201, body), (201, body))
        let result = run(api, "operator-token", "create", "report", "--role", "read-only")
        #expect(result.output == "cgo_a_b\n" && result.errors.contains("not shown again"))
        #expect(api.bodies == [#"{"name":"report","role":"read-only"}"#])
        let file = run(api, "operator-token", "create", "report", "--output", "@new.token")
        #expect(file.code == 0 && file.output.isEmpty)
        #expect(try world.read("new.token") == "cgo_a_b\n")
        #expect(try world.mode("new.token") == 0o600)
        let again = run(api, "operator-token", "create", "report", "--output", "@new.token")
        #expect(again.code == 73 && api.requests.count == 2)
    }

    @Test("a starter source becomes commands that a control plane takes")
    func sourceCommands() throws {
        let starter = try CommandWorld.withStarter()
        let result = starter.run("bundle", "show", "@bundle", "--commands")
        #expect(result.code == 0)
        for line in [
            "set agent crawler team research",
            "set destination-group source-hosting destination *.githubusercontent.com",
            "set policy allow-source-hosting match identity team platform",
            "set policy deny-paste-sites priority 100",
            "set policy try-office-hours mode observe",
            "set policy try-office-hours match time to 24:00",
            "set quota crawler rps-limit 50",
            "set default-quota rpm-limit 3000",
        ] {
            #expect(result.lines.contains(line), "\(line)")
        }
        #expect(result.lines.allSatisfy { $0.hasPrefix("set ") })
    }
}
