// Every place of a snapshot with everything that may not stand there, and the standard library's
// coder as a second opinion about the spelling.

import ClawgressJWS
import ClawgressModel
import ClawgressSnapshotText
import Foundation
import Testing

@Suite("Snapshots as text")
struct SnapshotTextTests {
    let json: JSONValue

    init() throws {
        json = try StrictJSON.read(SnapshotText.write(FullSnapshot.value).span)
    }

    /// The problem with a text, or nil if it is a snapshot.
    private func problem(_ value: JSONValue) -> String? {
        problem(value.jsonText)
    }

    private func problem(_ text: String) -> String? {
        do throws(SnapshotTextError) {
            _ = try SnapshotText.read(Array(text.utf8).span)
            return nil
        } catch {
            if case .malformed(let problem) = error { return problem }
            return "\(error)"
        }
    }

    @Test("reads back what it wrote", arguments: [FullSnapshot.value, Snapshot()])
    func readBack(snapshot: Snapshot) throws {
        #expect(try SnapshotText.read(SnapshotText.write(snapshot).span) == snapshot)
    }

    @Test(
        "writes and reads what the standard library's coder does",
        arguments: [FullSnapshot.value, Snapshot()]
    )
    func secondOpinion(snapshot: Snapshot) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let expected = try encoder.encode(snapshot)
        let written = SnapshotText.write(snapshot)
        #expect(
            String(decoding: written, as: UTF8.self) == String(decoding: expected, as: UTF8.self)
        )
        #expect(try JSONDecoder().decode(Snapshot.self, from: Data(written)) == snapshot)
    }

    @Test("refuses null at every place, and names the place")
    func null() {
        let changes = Change.all(in: json) { _ in [(nil, .null)] }
        #expect(changes.count > 100)
        for change in changes where !change.path.isEmpty {
            #expect(problem(change.whole) == "`\(change.path)` is null")
        }
        #expect(problem("null") == "it is null")
    }

    @Test("refuses another type at every place, and names the place")
    func wrongType() {
        let changes = Change.all(in: json) { value in
            [(nil, value.text == nil ? .string("1") : .integer(1))]
        }
        for change in changes where !change.path.isEmpty {
            #expect(problem(change.whole) == "`\(change.path)` has the wrong type")
        }
        #expect(problem("[]") == "it has the wrong type")
    }

    @Test("refuses a member that it does not know in every object, and names it")
    func unknownMember() {
        let changes = Change.all(in: json) { value in
            guard let members = value.members else { return [] }
            return [("extra", .object([JSONMember("extra", .integer(0))] + members))]
        }
        // Two objects have names of the author's choice.
        let open: Set = ["destination_groups.extra", "settings.static_hosts.extra"]
        for change in changes {
            let expected = open.contains(change.path) ? "has the wrong type" : "is unknown"
            #expect(problem(change.whole) == "`\(change.path)` \(expected)")
        }
    }

    @Test("refuses an object with more members than it can know")
    func manyMembers() {
        let many = (0..<80).map { JSONMember("x\($0)", .null) }
        let whole = JSONValue.object((json.members ?? []) + many)
        #expect(problem(whole) == "`x0` is unknown")
    }

    @Test("writes settings in which nothing new is set as they always were")
    func earlierSettings() throws {
        let text = SnapshotText.write(Snapshot())
        let names = ["audit_on_failure", "limits", "protected_addresses", "static_hosts"]
        let members = try #require(try StrictJSON.read(text.span)["settings"]?.members)
        #expect(members.map(\.name) == names)
        #expect(try SnapshotText.read(text.span) == Snapshot())
    }

    @Test("asks for every member but those that mean something by their absence")
    func missingMember() {
        var optional: Set<String> = []
        let changes = Change.all(in: json) { value in
            (value.members ?? []).map { member in
                (member.name, .object((value.members ?? []).filter { $0 != member }))
            }
        }
        for change in changes {
            guard let problem = problem(change.whole) else {
                optional.insert(change.path)
                continue
            }
            #expect(problem == "`\(change.path)` is missing")
        }
        #expect(
            optional == [
                "agents[0].keys[0].expires_at", "agents[0].keys[0].revoked_at", "configuration",
                "confirm_by", "default_quota", "default_quota.rps_limit", "destination_groups.a",
                "destination_groups.g",
                "destination_groups.g-2", "policies[0].match.destination",
                "policies[0].match.identity", "policies[0].match.identity.agent_id",
                "policies[0].match.identity.environment",
                "policies[0].match.identity.project_id", "policies[0].match.identity.team_id",
                "policies[0].match.method", "policies[0].match.path_prefix",
                "policies[0].match.time", "policies[0].match.time.days",
                "policies[0].resolves_to", "quotas[0].agent_id", "quotas[0].rpm_limit",
                "quotas[0].rps_limit", "settings.alert", "settings.alert.bundle_age_seconds",
                "settings.record", "settings.resolver", "settings.static_hosts.h.test",
                "settings.tunnel",
            ]
        )
    }

    @Test(
        "refuses a word that an enumeration does not have",
        arguments: [
            "agents[0].status", "policies[0].action", "policies[0].ech", "policies[0].mode",
            "policies[0].tls", "policies[0].tunnels", "quotas[0].mode", "settings.audit_on_failure",
        ]
    )
    func unknownWord(path: String) throws {
        let changes = Change.all(in: json) { value in
            value.text.map { [(nil, .string($0 + "s"))] } ?? []
        }
        let change = try #require(changes.first { $0.path == path })
        #expect(problem(change.whole) == "`\(path)` has an unknown value")
    }

    @Test("refuses a number that is not written as an integer", arguments: ["2.0", "2e0", "0.5"])
    func fraction(number: String) {
        let text = json.jsonText.replacingOccurrences(
            of: #""epoch":2"#,
            with: #""epoch":\#(number)"#
        )
        #expect(problem(text) == "`epoch` has the wrong type")
    }

    @Test("refuses a negative place in the sequence", arguments: ["epoch", "serial"])
    func negative(name: String) throws {
        let members = try #require(json.members).map {
            $0.name == name ? JSONMember(name, .integer(-1)) : $0
        }
        #expect(problem(.object(members)) == "epoch and serial cannot be negative")
    }

    @Test("refuses a deadline before there was time")
    func negativeDeadline() throws {
        let members = try #require(json.members).map {
            $0.name == "confirm_by" ? JSONMember($0.name, .integer(-1)) : $0
        }
        #expect(problem(.object(members)) == "`confirm_by` cannot be negative")
    }

    @Test("names a format that it does not know before anything else")
    func unknownFormat() {
        let text = #"{"format":"clawgress-bundle-v2","rules":[]}"#
        #expect(throws: SnapshotTextError.formatUnknown("clawgress-bundle-v2")) {
            try SnapshotText.read(Array(text.utf8).span)
        }
    }

    @Test("refuses what is no strict json", arguments: ["", "{", #"{"epoch":1,"epoch":1}"#])
    func noJSON(text: String) {
        #expect(problem(text) == "it is not valid json")
    }
}
