// Variables for clients, and a program that gets them.

import ClawgressCommands
import Foundation
import Synchronization
import Testing

@Suite("clawgress env and run")
struct EnvironmentCommandsTests {
    /// What a program was started with.
    private final class Started: Sendable {
        private let state = Mutex((path: "", arguments: [String](), environment: [String]()))

        var path: String { state.withLock { $0.path } }
        var arguments: [String] { state.withLock { $0.arguments } }
        var environment: [String] { state.withLock { $0.environment } }

        func start(_ path: String, _ arguments: [String], _ environment: [String]) -> Int32 {
            state.withLock { $0 = (path, arguments, environment) }
            return 13
        }
    }

    @Test("prints every variable that clients look at, with the same url")
    func variables() throws {
        let world = try CommandWorld()
        try world.write("cgk_abc_s/e:c r@t%\n".replacing(" ", with: ""), to: "key")
        let result = world.run(
            "env",
            "--proxy",
            "http://127.0.0.1:3128",
            "--agent",
            "crawler",
            "--key-file",
            "@key"
        )
        #expect(result.code == 0)
        let url = "http://crawler:cgk_abc_s%2Fe%3Acr%40t%25@127.0.0.1:3128"
        for name in [
            "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy",
        ] {
            #expect(result.lines.contains("export \(name)=\(url)"))
        }
        #expect(result.lines.contains("export NO_PROXY=localhost,127.0.0.1,::1"))
        #expect(result.lines.contains("export NODE_USE_ENV_PROXY=1"))
        #expect(result.lines.allSatisfy { $0.hasPrefix("export ") || $0.hasPrefix("# ") })
    }

    @Test(
        "works without credentials and with a bare host and port",
        arguments: ["[::1]:3128", "http://[::1]:3128/"]
    )
    func noCredentials(proxy: String) throws {
        let result = try CommandWorld().run("env", "--proxy", proxy)
        #expect(result.lines.contains("export http_proxy='http://[::1]:3128'"))
    }

    @Test(
        "refuses proxies that clients would read differently",
        arguments: ["http://127.0.0.1", "https://127.0.0.1:3128", "http://a:b@h:1", "http://h:1/x"]
    )
    func malformed(proxy: String) throws {
        #expect(try CommandWorld().run("env", "--proxy", proxy).code == 64)
    }

    @Test("wants agent and key together")
    func together() throws {
        let world = try CommandWorld()
        #expect(world.run("env", "--proxy", "h:1", "--agent", "crawler").code == 64)
        #expect(world.run("env", "--proxy", "h:1", "--key-file", "@key").code == 64)
    }

    @Test("refuses a key file without a key", arguments: ["", "\n", "two words\n"])
    func badKeyFile(text: String) throws {
        let world = try CommandWorld()
        try world.write(text, to: "key")
        let result = world.run(
            "env",
            "--proxy",
            "h:1",
            "--agent",
            "crawler",
            "--key-file",
            "@key"
        )
        #expect(result.code == 65)
    }

    @Test("run starts the program with the variables, and the key never among its arguments")
    func run() throws {
        let world = try CommandWorld()
        try world.write("cgk_secret\n", to: "key")
        let started = Started()
        let result = world.run(
            arguments: [
                "run", "--proxy", "h:1", "--agent", "crawler", "--key-file", "@key", "--",
                "sh", "-c", "true", "--agent",
            ],
            environment: ["PATH": "/nowhere:/bin", "http_proxy": "old", "KEPT": "yes"],
            becoming: { started.start($0, $1, $2) }
        )
        #expect(started.path == "/bin/sh")
        #expect(started.arguments == ["sh", "-c", "true", "--agent"])
        #expect(started.environment.contains("http_proxy=http://crawler:cgk_secret@h:1"))
        #expect(started.environment.contains("KEPT=yes"))
        #expect(!started.environment.contains("http_proxy=old"))
        // The program could not be started: the system's own words, and the shell's exit code.
        #expect(result.code == 126 && result.errors.contains("Permission denied"))
    }

    @Test("run says when there is no such program")
    func noProgram() throws {
        let world = try CommandWorld()
        let result = world.run(
            arguments: ["run", "--proxy", "h:1", "--", "no-such-program"],
            environment: ["PATH": "/bin"]
        )
        #expect(result.code == 127)
        #expect(world.run("run", "--proxy", "h:1", "--").code == 64)
    }
}
