// What the commands about levels ask, and what they say.

import ClawgressCommands
import Synchronization
import Testing

@Suite("Commands about levels")
struct LevelCommandsTests {
    private let world: CommandWorld

    init() throws {
        world = try CommandWorld()
        try world.write("an authority\n", to: "ca.pem")
    }

    /// Runs a command against an API that is at `level`; what it was asked.
    private func run(
        at level: String,
        _ arguments: [String]
    ) -> (result: CommandResult, request: APIRequest?) {
        let asked = Mutex<APIRequest?>(nil)
        let body = """
            {"etag":"e1","level":"\(level)","base_revision":"sha256:00","outdated":false,\
            "change_count":0,"changes":[]}
            """
        let result = world.run(
            arguments: arguments,
            environment: [
                "CLAWGRESS_API": "https://127.0.0.1:9443", "CLAWGRESS_CA": world.path("ca.pem"),
                "CLAWGRESS_TOKEN": "cgo_id_secret", "CLAWGRESS_RUNTIME": world.path("runtime"),
            ],
            callingAPI: { _, request in
                asked.withLock { $0 = request }
                return APIAnswer(status: 200, body: Array(body.utf8))
            }
        )
        return (result, asked.withLock { $0 })
    }

    @Test(
        "each way goes to the server, and where it led is the answer",
        arguments: [
            (["edit", "policy", "allow-github"], #"{"path":"policy allow-github"}"#),
            (["edit", "issuer", "an issuer"], #"{"path":"issuer 'an issuer'"}"#),
            (["edit"], #"{"path":""}"#),
            (["edit", "--up"], #"{"up":1}"#),
            (["edit", "--up", "2"], #"{"up":2}"#),
            (["top"], #"{"top":true}"#),
        ]
    )
    func moves(words: [String], body: String) {
        for (level, place) in [("", "[edit]\n"), ("policy p", "[edit policy p]\n")] {
            let (result, request) = run(at: level, words)
            #expect(result.code == 0 && result.output == place && result.errors.isEmpty)
            #expect(request?.method == .post && request?.target == "/v1/candidate/level")
            #expect(String(decoding: request?.body ?? [], as: UTF8.self) == body)
        }
    }

    @Test("two ways at once, and no number of steps, ask nothing")
    func refused() {
        for words in [
            ["edit", "policy", "p", "--up"], ["edit", "--up", "0"], ["edit", "--up", "x"],
        ] {
            let (result, request) = run(at: "", words)
            #expect(result.code == 64, "\(result.errors)")
            #expect(request == nil)
        }
    }

    @Test("an edit says where one is, unless that is the top")
    func reminder() {
        let (there, request) = run(at: "policy p", ["delete", "match"])
        #expect(there.errors.hasSuffix("[edit policy p]\n"))
        let body = String(decoding: request?.body ?? [], as: UTF8.self)
        #expect(body == #"{"edits":["delete match"],"relative":true}"#)
        #expect(!run(at: "", ["delete", "policy"]).result.errors.contains("[edit"))
    }

    @Test("show begins at the level, and what is no candidate is shown from the top")
    func reading() {
        let targets = [
            (["show"], "/v1/configuration?of=candidate&relative=true&format=marked"),
            (
                ["show", "match", "--commands"],
                "/v1/configuration?of=candidate&path=match&relative=true&format=commands"
            ),
            (["show", "--of", "staged"], "/v1/configuration?of=staged&format=text"),
        ]
        for (words, target) in targets { #expect(run(at: "", words).request?.target == target) }
    }
}
