// Reading the record: columns for people, JSON for programs, and gaps that are always told.

import ClawgressAudit
import ClawgressJWS
import ClawgressModel
import Synchronization
import Testing

@Suite("clawgress events")
struct EventsCommandsTests {
    private static let events = [
        SampleEvent(marker: 1, age: 7_200),
        SampleEvent(
            marker: 2,
            decision: .deny,
            reason: .defaultDeny,
            host: "evil.example",
            path: "/a"
        ),
        SampleEvent(marker: 3, agentID: "builder", host: "cdn.pypi.org", would: .deny),
        SampleEvent(
            marker: 4,
            age: 1,
            decision: .deny,
            reason: .credentialsMissing,
            agentID: nil,
            host: "pypi.org"
        ),
    ]

    private func world(isInteractive: Bool = false, lost: Int = 0) throws -> CommandWorld {
        let world = try CommandWorld(isInteractive: isInteractive)
        try EventsFixture.write(lost > 0 ? [] : Self.events, to: world.path("spool"), lost: lost)
        return world
    }

    private func markers(_ result: CommandResult) throws -> [Int] {
        try result.lines.map { line in
            let text = try #require(StrictJSON.read(line)["request_id"]?.text)
            return try #require(Int(text.suffix(2), radix: 16))
        }
    }

    @Test("tail prints the last events as JSON lines in a pipe")
    func tail() throws {
        let world = try world()
        #expect(try markers(world.run("events", "tail", "--spool", "@spool")) == [1, 2, 3, 4])
        let two = world.run("events", "tail", "-n", "2", "--spool", "@spool")
        #expect(two.code == 0)
        #expect(try markers(two) == [3, 4])
        #expect(world.run("events", "tail", "-n", "0", "--spool", "@spool").output.isEmpty)
    }

    @Test("tail prints columns under titles on a terminal")
    func columns() throws {
        let world = try world(isInteractive: true)
        let result = world.run("events", "tail", "--spool", "@spool")
        #expect(result.lines.count == 5)
        #expect(result.lines[0].hasPrefix("TIME"))
        #expect(
            result.lines[2]
                == "2027-01-15T07:59:00.123Z deny       crawler        403    1.5      "
                + "default_deny             GET evil.example:80/a by default-deny"
        )
        #expect(result.lines[3].hasSuffix("by allow-registries (would deny by watch)"))
        #expect(result.lines[4].contains("credentials_missing"))
        let json = world.run("events", "tail", "--json", "--spool", "@spool")
        #expect(try markers(json) == [1, 2, 3, 4])
    }

    @Test("tail -f goes on with what comes, and repeats nothing")
    func follow() throws {
        let world = try world()
        let rounds = Mutex(0)
        let result = world.run(
            arguments: ["events", "tail", "-n", "1", "-f", "--spool", "@spool"],
            waitForMore: {
                let round = rounds.withLock { count in
                    count += 1
                    return count
                }
                if round == 1 {
                    try? EventsFixture.write(
                        [SampleEvent(marker: 9, age: 0)],
                        to: world.path("spool")
                    )
                }
                return round < 3
            }
        )
        #expect(try markers(result) == [4, 9])
    }

    @Test(
        "filters by field",
        arguments: [
            (["--agent", "builder"], [3]), (["--decision", "deny"], [2, 4]),
            (["--reason", "default_deny"], [2]), (["--host", "PYPI.org"], [1, 4]),
            (["--host", "*.pypi.org"], [3]), (["--since", "1h"], [2, 3, 4]),
            (["--since", "2027-01-15T07:59:30Z"], [4]),
            (["--decision", "deny", "--agent", "crawler"], [2]),
        ]
    )
    func filters(options: [String], expected: [Int]) throws {
        let world = try world()
        let all = world.run(arguments: ["events", "tail", "--spool", "@spool"] + options)
        #expect(try markers(all) == expected)
        let found = world.run(arguments: ["events", "grep", "", "--spool", "@spool"] + options)
        #expect(try markers(found) == expected)
    }

    @Test(
        "refuses filters that could never match",
        arguments: [["--decision", "denied"], ["--reason", "none"], ["--since", "yesterday"]]
    )
    func badFilters(options: [String]) throws {
        let world = try world()
        let result = world.run(arguments: ["events", "tail", "--spool", "@spool"] + options)
        #expect(result.code == 64)
    }

    @Test("grep finds text, and exits with 1 if there is none")
    func grep() throws {
        let world = try world()
        #expect(try markers(world.run("events", "grep", "evil", "--spool", "@spool")) == [2])
        let none = world.run("events", "grep", "nowhere", "--spool", "@spool")
        #expect(none.code == 1 && none.output.isEmpty)
    }

    @Test("show prints one event, by its id in any case")
    func show() throws {
        let id = "01920000-0000-7000-0000-000000000002"
        let pipe = try world().run("events", "show", id, "--spool", "@spool")
        #expect(try markers(pipe) == [2])
        let screen = try world(isInteractive: true).run(
            "events",
            "show",
            id.uppercased(),
            "--spool",
            "@spool"
        )
        #expect(
            screen.lines.contains {
                $0.hasPrefix("destination_host ") && $0.hasSuffix("evil.example")
            }
        )
        let none = try world().run("events", "show", "x", "--spool", "@spool")
        #expect(none.code == 1 && none.errors.contains("`x`"))
    }

    @Test("lost events are told loudly, whatever is asked for")
    func gaps() throws {
        let filters = ["--agent", "nobody", "--decision", "allow"]
        let screen = try world(isInteractive: true, lost: 3).run(
            arguments: ["events", "tail", "--spool", "@spool"] + filters
        )
        #expect(screen.lines.contains { $0.hasPrefix("!!! 3 events were lost on gw-1 between ") })
        let pipe = try world(lost: 3).run(
            arguments: ["events", "grep", "x", "--spool", "@spool"] + filters
        )
        #expect(try StrictJSON.read(pipe.lines[0])["record"]?.text == "gap")
    }

    @Test("control characters of clients never reach the terminal")
    func escaping() throws {
        let world = try CommandWorld(isInteractive: true)
        let hostile = SampleEvent(marker: 5, host: "a\u{1B}[2Jb", path: "/\u{202E}x\r\n")
        try EventsFixture.write([hostile], to: world.path("spool"))
        for command in [["tail"], ["show", "01920000-0000-7000-0000-000000000005"]] {
            let result = world.run(arguments: ["events"] + command + ["--spool", "@spool"])
            #expect(result.code == 0)
            let control = result.output.unicodeScalars.filter {
                ($0.value < 0x20 && $0 != "\n") || $0.value == 0x7F || $0 == "\u{202E}"
            }
            #expect(control.isEmpty)
            #expect(result.output.contains("u{1b}[2J") || result.output.contains("u001b[2J"))
        }
    }

    @Test(
        "administrative events are shown beside those of requests, and selected by what they have"
    )
    func administrative() async throws {
        let world = try world()
        try await EventsFixture.write(
            [.login, .commit, .request],
            subject: "PUT /v1/users/x",
            to: world.path("spool")
        )
        func lines(_ options: String...) throws -> [String] {
            try world.run(arguments: ["events", "tail", "--spool", "@spool"] + options).lines.map {
                let json = try StrictJSON.read($0)
                return json["record"]?.text == "admin" ? json["action"]?.text ?? "" : "request"
            }
        }
        let requests = Array(repeating: "request", count: 4)
        // One writer at a time has a folder: what it wrote comes behind what it found.
        #expect(try lines() == requests + ["login", "commit", "request"])
        #expect(try lines("--actor", "alice") == ["login", "request"])
        #expect(try lines("--action", "commit") == ["commit"])
        #expect(try lines("--actor", "bob", "--action", "login").isEmpty)
        #expect(try lines("--agent", "builder") == ["request"])
        for options in [["--action", "comit"], ["--actor", "bob", "--agent", "builder"]] {
            let result = world.run(arguments: ["events", "tail", "--spool", "@spool"] + options)
            #expect(result.code == 64)
        }
        let found = world.run("events", "grep", "role_insufficient", "--spool", "@spool")
        #expect(found.lines.count == 1)
        let id = "01920000-0000-7000-0000-000000000081"
        let shown = world.run("events", "show", id, "--spool", "@spool")
        #expect(try StrictJSON.read(shown.lines[0])["action"]?.text == "commit")
    }

    @Test("administrative events have columns on a terminal, without control characters")
    func administrativeColumns() async throws {
        let world = try CommandWorld(isInteractive: true)
        try await EventsFixture.write(
            [.commit, .request],
            subject: "a\u{1B}[2Jb\u{202E}",
            to: world.path("spool")
        )
        let result = world.run("events", "tail", "--spool", "@spool")
        #expect(result.lines.count == 3)
        #expect(
            result.lines[1].hasPrefix("2027-01-15T07:59:30.123Z ok         alice          -      -")
        )
        #expect(
            result.lines[2].contains("refused    bob") && result.lines[2].contains("role_insuf")
        )
        #expect(!result.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        #expect(result.lines[1].contains("commit a\\u{1b}[2Jb\\u{202e} + agent x"))
    }

    @Test("a missing spool is an error that names it")
    func missing() throws {
        let result = try CommandWorld().run("events", "tail", "--spool", "@absent")
        #expect(result.code == 66 && result.errors.contains("absent"))
    }
}
