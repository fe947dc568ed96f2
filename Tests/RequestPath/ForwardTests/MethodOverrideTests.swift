// Fields that name a second method are found wherever they stand, and nothing else is taken for
// one. What becomes of the request is the gateway's business, which knows the policy.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("Method-override fields")
struct MethodOverrideTests {
    /// The values that a request's override fields name, in order.
    private func overrides(_ fields: [String]) throws -> [String] {
        let head =
            "POST http://a/ HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        let request = try parseRequest(head)
        var place = request.head.methodOverrides?.lowerBound ?? 0
        var found: [String] = []
        let input = request.input
        while let value = request.head.nextMethodOverride(in: input.span, from: &place) {
            found.append(String(decoding: input[value], as: UTF8.self))
        }
        return found
    }

    @Test(
        "are known by each of their names, in any case",
        arguments: ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
    )
    func names(name: String) throws {
        for spelling in [name, name.lowercased(), name.uppercased()] {
            #expect(try overrides(["\(spelling): DELETE"]) == ["DELETE"])
        }
    }

    @Test("are all found, among other fields")
    func all() throws {
        let fields = [
            "Accept: */*", "X-HTTP-Method:  PUT ", "X-Other: DELETE", "X-Method-Override:",
            "x-http-method-override: PATCH, GET", "X-Last: 1",
        ]
        #expect(try overrides(fields) == ["PUT", "", "PATCH, GET"])
    }

    @Test(
        "are no others",
        arguments: [
            "X-HTTP-Method-Overrides", "HTTP-Method-Override", "X-HTTP-Methods", "Method",
            "X-HTTP-Method-", "XX-HTTP-Method", "X",
        ]
    )
    func others(name: String) throws {
        #expect(try overrides(["\(name): DELETE"]) == [])
        #expect(try parseRequest(post("\(name): DELETE")).head.methodOverrides == nil)
    }

    @Test("pass on, as the field of the sender's that they are")
    func passed() throws {
        let request = try parseRequest(post("X-HTTP-Method-Override: DELETE"))
        #expect(request.fields.contains("X-HTTP-Method-Override: DELETE"))
    }

    @Test("are none of a tunnel's, whose fields go nowhere")
    func tunnel() throws {
        let head = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nX-HTTP-Method: DELETE\r\n\r\n"
        #expect(try parseRequest(head).head.methodOverrides == nil)
    }
}
