// "Why was I denied?"

import ClawgressJWS
import Testing

@Suite("clawgress explain")
struct ExplainCommandTests {
    static let source = """
        agents:
          - {agent_id: crawler, team_id: research, project_id: atlas, environment: production}
          - agent_id: retired
            team_id: research
            project_id: atlas
            environment: production
            status: disabled
        policies:
          - policy_id: allow-docs
            version: 4
            action: allow
            match: {destination: [example.com], method: [GET], path_prefix: [/docs]}
          - policy_id: allow-tunnel
            action: allow
            match: {destination: ["example.com:443", "[2001:db8::1]:443"]}
          - policy_id: allow-free
            action: allow
            match: {destination: [free.example]}
          - policy_id: deny-delete
            priority: 3
            action: deny
            match: {destination: [free.example], method: [DELETE]}
          - policy_id: allow-shell
            action: allow
            match: {destination: ["shell.example:22"]}
            tls: any
          - policy_id: allow-strict
            action: allow
            match: {destination: [strict.example]}
            ech: refuse
          - policy_id: deny-bad
            priority: 1
            action: deny
            match: {destination: [bad.example]}
          - policy_id: watch
            priority: 2
            mode: observe
            action: deny
            match: {path_prefix: [/docs/secret]}
          - policy_id: off
            enabled: false
            action: deny
        quotas: [{agent_id: crawler, rps_limit: 5, mode: alert_only}]
        default_quota: {rpm_limit: 60}
        """

    private func explain(_ arguments: String...) throws -> CommandResult {
        let world = try CommandWorld()
        try world.write(Self.source, to: "clawgress.yaml")
        return world.run(arguments: ["explain"] + arguments + ["--bundle", "@clawgress.yaml"])
    }

    private func json(_ arguments: String...) throws -> JSONValue {
        let world = try CommandWorld()
        try world.write(Self.source, to: "clawgress.yaml")
        let result = world.run(
            arguments: ["explain"] + arguments + ["--json", "--bundle", "@clawgress.yaml"]
        )
        return try StrictJSON.read(result.output)
    }

    @Test("an allowed request exits with 0 and names policy, quota and canonical target")
    func allowed() throws {
        let result = try explain("crawler", "GET", "http://EXAMPLE.com./docs/%7ea/../b?q=1")
        #expect(result.code == 0)
        #expect(result.lines.contains("target   GET example.com:80/docs/b"))
        #expect(result.lines.contains("verdict  allowed"))
        #expect(result.lines.contains("policy   allow-docs"))
        #expect(result.lines.contains("quota    5 a second, alert_only (of the agent)"))
        #expect(result.lines.contains("=> allow-docs v4 (priority 1000, allow)"))
    }

    @Test("a denied request exits with 1 and says why each policy does not match")
    func denied() throws {
        let result = try explain("crawler", "POST", "http://example.com/docs")
        #expect(result.code == 1 && result.errors.isEmpty)
        #expect(result.lines.contains("verdict  denied"))
        #expect(result.lines.contains("reason   default_deny"))
        #expect(result.lines.contains("policy   default-deny"))
        #expect(result.lines.contains("     no match: match.method: `POST` is not in the list"))
        #expect(result.lines.contains("     is disabled"))
    }

    @Test("a method in small letters must be allowed in capitals, too")
    func smallLetters() throws {
        let denied = try explain("crawler", "delete", "http://free.example/")
        #expect(denied.code == 1)
        #expect(denied.lines.contains("reason   policy_denied"))
        #expect(denied.lines.contains("policy   deny-delete"))
        #expect(
            denied.lines.contains(
                "capitals origins may take it for DELETE: it must be allowed as that, too, and "
                    + "is not"
            )
        )
        let answer = try json("crawler", "Delete", "http://free.example/")
        #expect(answer["decision"]?.text == "deny" && answer["policy_id"]?.text == "deny-delete")
        #expect(answer["capitals"]?["http_method"]?.text == "DELETE")
        #expect(answer["capitals"]?["decision"]?.text == "deny")
        #expect(answer["capitals"]?["reason"]?.text == "policy_denied")
    }

    @Test("says of capitals what matters and nothing else")
    func capitals() throws {
        let allowed = try json("crawler", "purge", "http://free.example/")
        #expect(allowed["decision"]?.text == "allow")
        #expect(allowed["capitals"]?["decision"]?.text == "allow")
        #expect(try json("crawler", "PURGE", "http://free.example/")["capitals"] == .null)
        // Denied as it is: what it would be in capitals does not matter.
        let denied = try json("crawler", "get", "http://example.com/docs")
        #expect(denied["reason"]?.text == "default_deny" && denied["capitals"] == .null)
    }

    @Test("an https url is the tunnel that the gateway sees")
    func https() throws {
        let result = try explain("crawler", "GET", "https://example.com/docs")
        #expect(result.code == 0)
        #expect(result.lines.contains("target   CONNECT example.com:443"))
        #expect(result.output.contains("no method, no path"))
        #expect(result.lines.contains("policy   allow-tunnel"))
    }

    @Test(
        "says what the tunnel must begin with",
        arguments: [
            ("example.com:443", "must begin with a TLS ClientHello for example.com"),
            ("[2001:db8::1]:443", "must begin with a TLS ClientHello that names no server"),
            ("shell.example:22", "may carry anything (tls: any)"),
            (
                "strict.example:443",
                "must begin with a TLS ClientHello for strict.example, and no encrypted one "
                    + "(ech: refuse)"
            ),
        ]
    )
    func tunnels(authority: String, words: String) throws {
        let result = try explain("crawler", "CONNECT", authority)
        #expect(result.lines.last == "tunnel   \(words)")
    }

    @Test("tells programs what the tunnel must begin with, and nothing where there is none")
    func tunnelMembers() throws {
        let strict = try json("crawler", "CONNECT", "strict.example:443")
        #expect(strict["tls"]?.text == "require" && strict["ech"]?.text == "refuse")
        let shell = try json("crawler", "CONNECT", "shell.example:22")
        #expect(shell["tls"]?.text == "any" && shell["ech"] == .null)
        let denied = try json("crawler", "CONNECT", "bad.example:443")
        #expect(denied["tls"] == .null && denied["ech"] == .null)
    }

    @Test("policies are listed in the order in which they count")
    func order() throws {
        let policies = try json("crawler", "CONNECT", "bad.example:443")["policies"]?.elements ?? []
        #expect(
            policies.map { $0["policy_id"]?.text }
                == [
                    "deny-bad", "watch", "deny-delete", "off", "allow-docs", "allow-free",
                    "allow-shell", "allow-strict", "allow-tunnel",
                ]
        )
        #expect(policies.filter { $0["decides"] == .bool(true) }.count == 1)
        #expect(policies[0]["decides"] == .bool(true))
    }

    @Test("an observed policy changes nothing and is told")
    func observed() throws {
        let answer = try json("crawler", "GET", "http://example.com/docs/secret")
        #expect(answer["decision"]?.text == "allow")
        #expect(answer["would_decision"]?.text == "deny")
        #expect(answer["would_policy_id"]?.text == "watch")
    }

    @Test("a disabled agent is refused before policy")
    func disabled() throws {
        let answer = try json("retired", "GET", "http://example.com/docs")
        #expect(answer["decision"]?.text == "deny")
        #expect(answer["reason"]?.text == "agent_disabled")
        #expect(answer["policy_id"]?.text == "identity-required")
        #expect(answer["quota"]?["is_default"] == .bool(true))
        #expect(answer["would_decision"] == .null)
    }

    @Test("a CONNECT to an IPv6 literal is read as the gateway reads it")
    func literal() throws {
        let answer = try json("crawler", "CONNECT", "[2001:DB8:0::1]:443")
        #expect(answer["destination_host"]?.text == "2001:db8::1")
        #expect(answer["destination_port"]?.integer == 443)
        #expect(answer["decision"]?.text == "allow")
    }

    @Test(
        "says which rule a malformed target breaks",
        arguments: [
            ("CONNECT", "example.com", "port_malformed"),
            ("GET", "http://user@example.com/", "target_userinfo"),
            ("GET", "http://ex ample.com/", "host_malformed"),
            ("GET", "http://127.1/", "address_malformed"),
            ("GET", "http://example.com/a%2fb", "path_malformed"),
            ("GET", "ftp://example.com/", "not supported"),
            ("G ET", "http://example.com/", "no method"),
        ]
    )
    func malformed(method: String, url: String, words: String) throws {
        let result = try explain("crawler", method, url)
        #expect(result.code == 64 && result.errors.contains(words))
    }

    @Test("an undeclared agent is named, with the declared ones")
    func undeclared() throws {
        let result = try explain("nobody", "GET", "http://example.com/")
        #expect(result.code == 65)
        #expect(
            result.errors.contains("undeclared agent `nobody`; declared are: `crawler`, `retired`")
        )
    }

    @Test("the time can be given, and must be one")
    func time() throws {
        let result = try explain(
            "crawler",
            "GET",
            "http://example.com/docs",
            "--at",
            "2026-01-31T08:00:00Z"
        )
        #expect(result.lines.contains("time     2026-01-31T08:00:00Z"))
        #expect(try explain("crawler", "GET", "http://example.com/", "--at", "noon").code == 64)
    }
}
