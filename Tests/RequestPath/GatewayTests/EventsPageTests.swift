// The page about events lists every reason with its status and its reserved policy id. A new
// reason, or a changed answer, fails here until the page says so.

import ClawgressModel
import Testing

@Suite("Page about events")
struct EventsPageTests {
    /// The cells of the reason's row before the explanation.
    private static func row(_ reason: Reason) -> [String] {
        let status = reason == .policyAllowed ? "the origin's" : String(reason.status)
        let policy = reason.reservedPolicyID.map { "`\($0)`" } ?? "the policy's"
        return ["`\(reason.name)`", status, policy]
    }

    private static func rows() throws -> [[String]] {
        try DocumentationPage("events.md").rows
    }

    @Test("has a row for the reason, with its status and policy id", arguments: Reason.allCases)
    func reasons(reason: Reason) throws {
        let expected = Self.row(reason)
        let found = try Self.rows().filter { $0.count == 4 && $0[0] == expected[0] }
        #expect(found.map { Array($0.prefix(3)) } == [expected])
        #expect(found.allSatisfy { !$0[3].isEmpty }, "says what it means")
    }

    @Test("names no reason that does not exist")
    func noOthers() throws {
        let known = Set(Reason.allCases.map { "`\($0.name)`" })
        let rows = try Self.rows().filter {
            $0.count == 4 && ($0[1] == "the origin's" || Int($0[1]) != nil)
        }
        #expect(rows.count == Reason.allCases.count)
        for row in rows { #expect(known.contains(row[0])) }
    }

    @Test("names every decision, outcome and way to prove identity")
    func words() throws {
        let page = try DocumentationPage("events.md").text
        let words =
            Decision.allCases.map(\.name) + Outcome.allCases.map(\.name)
            + AuthenticationType.allCases.filter { $0 != .none }.map(\.name)
            + RequestProtocol.allCases.map(\.name)
        for word in words { #expect(page.contains("`\(word)`")) }
    }
}
