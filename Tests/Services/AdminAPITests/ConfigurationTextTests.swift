// A configuration as text is that of its moment, however often it was read before.

import ClawgressAdminAPI
import ClawgressContract
import HTTPTypes
import Testing

@Suite("Configurations as text")
struct ConfigurationTextTests {
    private let world: AdminWorld
    private let admin: String

    init() async throws {
        world = try AdminWorld()
        admin = try await world.admin()
    }

    private func commands(of name: String, _ token: String? = nil) async throws -> String {
        let path = "/v1/configuration?of=\(name)&format=commands"
        return try await world.send(.get, path, token ?? admin).text
    }

    private func edit(_ line: String, _ token: String? = nil) async throws {
        let body = #"{"edits":["\#(line)"]}"#
        let answer = try await world.send(.post, "/v1/candidate/edit", token ?? admin, body)
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test("follows every edit, and each candidate has its own")
    func edits() async throws {
        let wish = #"{"name":"other"}"#
        let other = try await world.send(.post, "/v1/tokens", admin, wish).member("token")
        try await world.commit(admin, AdminWorld.agent)
        let first = try await commands(of: "active")
        #expect(first.hasSuffix("set agent crawler environment dev\n"))
        for limit in 1...3 {
            #expect(try await commands(of: "candidate", other) == first)
            try await edit("set quota crawler rps-limit \(limit)")
            for _ in 0..<2 {
                let line = "set quota crawler rps-limit \(limit)\n"
                #expect(try await commands(of: "candidate") == first + line)
            }
        }
        try await edit("set quota crawler rps-limit 9", other)
        #expect(try await commands(of: "candidate", other).hasSuffix("rps-limit 9\n"))
        #expect(try await commands(of: "candidate").hasSuffix("rps-limit 3\n"))
        #expect(try await world.send(.delete, "/v1/candidate", admin).status == 204)
        #expect(try await commands(of: "candidate") == first)
        try await world.commit(admin, #""set quota crawler rps-limit 4""#)
        #expect(try await commands(of: "active").hasSuffix("rps-limit 4\n"))
        #expect(try await commands(of: "1") == first)
        #expect(try await commands(of: "candidate", other).hasSuffix("rps-limit 9\n"))
    }

    @Test("is the same in its three forms")
    func forms() async throws {
        try await world.commit(admin, AdminWorld.agent)
        try await edit("set agent crawler team platform")
        func read(_ query: String) async throws -> String {
            try await world.send(.get, "/v1/configuration?of=candidate&\(query)", admin).text
        }
        for _ in 0..<2 {
            #expect(
                try await read("format=commands") == """
                    set agent crawler team platform
                    set agent crawler project p
                    set agent crawler environment dev

                    """
            )
            #expect(
                try await read("format=text") == """
                    agent crawler
                        team platform
                        project p
                        environment dev

                    """
            )
            #expect(
                try await read("format=marked") == """
                      agent crawler
                    >     team platform
                          project p
                          environment dev

                    """
            )
        }
        #expect(
            try await read("format=commands&path=agent%20crawler%20project").hasSuffix(
                "project p\n"
            )
        )
    }
}
