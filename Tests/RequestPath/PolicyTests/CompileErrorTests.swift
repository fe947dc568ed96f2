// What the author of a broken set is told: every problem at once, each with its place.

import ClawgressModel
import ClawgressPolicy
import Testing

@Suite("Compile errors")
struct CompileErrorTests {
    /// A change that breaks a good policy, and where that must be reported.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let field: String
        let mention: String
        let change: @Sendable (inout Policy) -> Void
        var testDescription: String { name }

        init(
            _ name: String,
            _ field: String,
            _ mention: String,
            _ change: @escaping @Sendable (inout Policy) -> Void
        ) {
            self.name = name
            self.field = field
            self.mention = mention
            self.change = change
        }
    }

    private static let attributeFaults = [
        Fault("bad id", "policy_id", "`Bad Id`") { $0.policyID = "Bad Id" },
        Fault("empty id", "policy_id", "``") { $0.policyID = "" },
        Fault("id too long", "policy_id", "63") { $0.policyID = String(repeating: "a", count: 64) },
        Fault("reserved id", "policy_id", "`default-deny`") { $0.policyID = "default-deny" },
        Fault("another reserved id", "policy_id", "`quota`") { $0.policyID = "quota" },
        Fault("negative priority", "priority", "`-1`") { $0.priority = -1 },
        Fault("negative version", "version", "`-2`") { $0.version = -2 },
    ]

    private static let identityFaults = [
        Fault("empty identity", "match.identity", "empty") { $0.match.identity = IdentityMatch() },
        Fault("empty agents", "match.identity.agent_id", "empty") {
            $0.match.identity = IdentityMatch(agents: [])
        },
        Fault("empty teams", "match.identity.team_id", "empty") {
            $0.match.identity = IdentityMatch(agents: ["crawler"], teams: [])
        },
        Fault("bad project", "match.identity.project_id[1]", "`A`") {
            $0.match.identity = IdentityMatch(projects: ["atlas", "A"])
        },
        Fault("bad environment", "match.identity.environment[0]", "`-x`") {
            $0.match.identity = IdentityMatch(environments: ["-x"])
        },
    ]

    private static let destinationFaults = [
        Fault("empty destinations", "match.destination", "empty") { $0.match.destination = [] },
        Fault("allow of everything", "match.destination", "allow_broad") {
            $0.match.destination = nil
        },
        Fault("unknown group", "match.destination[0]", "`nowhere`") {
            $0.match.destination = ["group:nowhere"]
        },
        Fault("bad name", "match.destination[1]", "`-x.com`") {
            $0.match.destination = ["x.com", "-x.com"]
        },
        Fault("bad block", "match.destination[0]", "`10.0.0.1/8`") {
            $0.match.destination = ["10.0.0.1/8"]
        },
        Fault("bad port", "match.destination[0]", "`x.com:0`") {
            $0.match.destination = ["x.com:0"]
        },
        Fault("broad star", "match.destination[0]", "allow_broad") { $0.match.destination = ["*"] },
        Fault("broad suffix", "match.destination[0]", "`*.com`") {
            $0.match.destination = ["*.com"]
        },
        Fault("broad block", "match.destination[0]", "allow_broad") {
            $0.match.destination = ["0.0.0.0/0"]
        },
        Fault("broad deny", "match.destination[0]", "allow_broad") {
            $0.action = .deny
            $0.match.destination = ["*"]
        },
        Fault("broad group", "match.destination[0]", "`wide`") {
            $0.match.destination = ["group:wide"]
        },
    ]

    private static let contentFaults = [
        Fault("empty methods", "match.method", "empty") { $0.match.method = [] },
        Fault("method in small letters", "match.method[0]", "`GET`") { $0.match.method = ["get"] },
        Fault("method that is no token", "match.method[1]", "`A B`") {
            $0.match.method = ["GET", "A B"]
        },
        Fault("empty method", "match.method[0]", "no method") { $0.match.method = [""] },
        Fault("method too long", "match.method[0]", "no method") {
            $0.match.method = [String(repeating: "A", count: 33)]
        },
        Fault("empty paths", "match.path_prefix", "empty") { $0.match.pathPrefix = [] },
        Fault("relative path", "match.path_prefix[0]", "`a/b`") { $0.match.pathPrefix = ["a/b"] },
        Fault("path with query", "match.path_prefix[1]", "`/a?b`") {
            $0.match.pathPrefix = ["/", "/a?b"]
        },
        Fault("path with encoded slash", "match.path_prefix[0]", "`/a%2Fb`") {
            $0.match.pathPrefix = ["/a%2Fb"]
        },
        Fault("path too long", "match.path_prefix[0]", "no path") {
            $0.match.pathPrefix = ["/" + String(repeating: "a", count: 1_024)]
        },
        Fault("ignore on an allow", "tunnels", "allow") { $0.tunnels = .ignore },
        Fault("ignore beside CONNECT", "tunnels", "contradicts") {
            $0.action = .deny
            $0.match.method = ["CONNECT"]
            $0.tunnels = .ignore
        },
        Fault("ignore about nothing", "tunnels", "needs") {
            $0.action = .deny
            $0.tunnels = .ignore
        },
        Fault("tls any without port", "tls", "explicit port") { $0.tls = .any },
        Fault("tls any on every port", "tls", "explicit port") {
            $0.tls = .any
            $0.match.destination = ["x.com:*"]
        },
        Fault("tls any with one port missing", "tls", "explicit port") {
            $0.tls = .any
            $0.match.destination = ["x.com:22", "y.com"]
        },
        Fault("ech refused where nothing is looked at", "ech", "tls: require") {
            $0.tls = .any
            $0.ech = .refuse
            $0.match.destination = ["x.com:22"]
        },
        Fault("empty resolves_to", "resolves_to", "empty") { $0.resolvesTo = [] },
        Fault("resolves_to a name", "resolves_to[0]", "`localhost`") {
            $0.resolvesTo = ["localhost"]
        },
        Fault("resolves_to an address", "resolves_to[1]", "`10.0.0.1`") {
            $0.resolvesTo = ["10.0.0.0/8", "10.0.0.1"]
        },
        Fault("resolves_to everything", "resolves_to[0]", "`0.0.0.0/0`") {
            $0.resolvesTo = ["0.0.0.0/0"]
        },
        Fault("resolves_to on a deny", "resolves_to", "deny") {
            $0.action = .deny
            $0.resolvesTo = ["10.0.0.0/8"]
        },
    ]

    private static let timeFaults = [
        Fault("no days", "match.time.days", "empty") {
            $0.match.time = TimeWindow(days: [], from: "08:00", to: "09:00")
        },
        Fault("unknown day", "match.time.days[1]", "`monday`") {
            $0.match.time = TimeWindow(days: ["mon", "monday"], from: "08:00", to: "09:00")
        },
        Fault("hour too large", "match.time.from", "`25:00`") {
            $0.match.time = TimeWindow(from: "25:00", to: "09:00")
        },
        Fault("from the end of the day", "match.time.from", "`24:00`") {
            $0.match.time = TimeWindow(from: "24:00", to: "09:00")
        },
        Fault("minute too large", "match.time.to", "`08:60`") {
            $0.match.time = TimeWindow(from: "08:00", to: "08:60")
        },
        Fault("after the end of the day", "match.time.to", "`24:01`") {
            $0.match.time = TimeWindow(from: "08:00", to: "24:01")
        },
        Fault("one digit", "match.time.to", "`9:00`") {
            $0.match.time = TimeWindow(from: "08:00", to: "9:00")
        },
        Fault("letters", "match.time.to", "`ab:cd`") {
            $0.match.time = TimeWindow(from: "08:00", to: "ab:cd")
        },
        Fault("named zone", "match.time.zone", "`Europe/Berlin`") {
            $0.match.time = TimeWindow(from: "08:00", to: "09:00", zone: "Europe/Berlin")
        },
        Fault("zone too far", "match.time.zone", "`+14:01`") {
            $0.match.time = TimeWindow(from: "08:00", to: "09:00", zone: "+14:01")
        },
        Fault("zone without sign", "match.time.zone", "`01:00`") {
            $0.match.time = TimeWindow(from: "08:00", to: "09:00", zone: "01:00")
        },
    ]

    private static let wideGroup = ["wide": ["*.com"], "narrow": ["x.com"]]

    private static func problems(_ set: PolicySet) -> [PolicyProblem] {
        do {
            _ = try set.compile()
            return []
        } catch {
            return error.problems
        }
    }

    @Test(
        "reports one fault in one place",
        arguments: attributeFaults + identityFaults + destinationFaults + contentFaults + timeFaults
    )
    func reports(_ fault: Fault) throws {
        var policy = Policy(
            policyID: "good",
            action: .allow,
            match: PolicyMatch(destination: ["example.com"])
        )
        let good = PolicySet(policies: [policy], groups: Self.wideGroup)
        #expect(Self.problems(good).isEmpty)
        fault.change(&policy)
        let found = Self.problems(PolicySet(policies: [policy], groups: Self.wideGroup))
        try #require(found.count == 1, "\(found)")
        #expect(found[0].policyID == policy.policyID)
        #expect(found[0].field == fault.field)
        #expect(found[0].problem.contains(fault.mention), "\(found[0])")
    }

    @Test("reports every problem of every policy, in the order of the source")
    func reportsAll() throws {
        let first = Policy(
            policyID: "one",
            priority: -1,
            action: .allow,
            match: PolicyMatch(destination: ["-"], method: [])
        )
        let second = Policy(
            policyID: "two",
            action: .deny,
            match: PolicyMatch(destination: ["group:none"])
        )
        let found = Self.problems(PolicySet(policies: [first, second]))
        try #require(found.map(\.policyID) == ["one", "one", "one", "two"])
        #expect(
            found.map(\.field) == [
                "priority", "match.method", "match.destination[0]", "match.destination[0]",
            ]
        )
        #expect(found[3].description.hasPrefix("policy `two`: match.destination[0]: "))
    }

    @Test("refuses two policies with one id")
    func duplicateIDs() {
        let policy = Policy(
            policyID: "same",
            action: .allow,
            match: PolicyMatch(destination: ["example.com"])
        )
        let found = Self.problems(PolicySet(policies: [policy, policy]))
        #expect(found.map(\.field) == ["policy_id"])
    }

    @Test("reports faults of groups, used or not")
    func groups() throws {
        let groups = ["": ["x.com"], "empty": [], "nested": ["group:empty"], "odd": ["x..com"]]
        let found = Self.problems(PolicySet(policies: [], groups: groups))
        try #require(
            found.map(\.field) == [
                "destination_groups.", "destination_groups.empty", "destination_groups.nested[0]",
                "destination_groups.odd[0]",
            ]
        )
        #expect(found.allSatisfy { $0.policyID == nil })
        #expect(found[1].description == "destination_groups.empty: is empty")
    }

    @Test("refuses more methods than it has bits for, and takes as many as it has")
    func tooManyMethods() {
        func set(_ count: Int) -> PolicySet {
            let policies = (0..<count).map { number in
                Policy(
                    policyID: "p\(number)",
                    action: .allow,
                    match: PolicyMatch(destination: ["example.com"], method: ["M\(number)"])
                )
            }
            return PolicySet(policies: policies)
        }
        #expect(Self.problems(set(62)).isEmpty)
        #expect(Self.problems(set(63)).map(\.field) == ["policies"])
    }

    @Test("tells all problems in its description, one a line")
    func description() {
        let policy = Policy(policyID: "x", version: -1, priority: -1, action: .deny)
        do {
            _ = try PolicySet(policies: [policy]).compile()
            Issue.record("compiled")
        } catch {
            #expect(error.description.split(separator: "\n").count == 2)
        }
    }
}
