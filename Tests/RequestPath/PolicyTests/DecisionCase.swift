// Decisions as data files: a set of policies and a request in JSON, a line of dashes, and what
// must come out. One file per sentence about policies, so that a failure names the rule.

import ClawgressModel
import Foundation
import Testing

/// One file of `Cases`.
struct DecisionCase: CustomTestStringConvertible, Sendable {
    /// What a file may expect.
    struct Expectation: Equatable {
        var decision: String
        var reason: String
        var policyID: String
        var would: String?
        var address: String?
    }

    /// The file's name without `.case`.
    let name: String
    private let text: String

    var testDescription: String { name }

    /// The folder beside this file.
    static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    }

    static let all: [DecisionCase] = {
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        return (files ?? [])
            .filter { $0.pathExtension == "case" }
            .sorted { $0.path < $1.path }
            .compactMap { file in
                (try? String(contentsOf: file, encoding: .utf8)).map {
                    DecisionCase(name: file.deletingPathExtension().lastPathComponent, text: $0)
                }
            }
    }()

    /// What stands below the dashes.
    func expectation() throws -> Expectation {
        var fields: [String: String] = [:]
        for line in try parts().expected.split(separator: "\n") {
            let colon = try #require(line.firstIndex(of: ":"), "a line without colon: \(line)")
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            fields[String(line[..<colon])] = value
        }
        let known: Set = ["decision", "reason", "policy_id", "would", "address"]
        #expect(Set(fields.keys).isSubset(of: known), "unknown field in \(name)")
        return Expectation(
            decision: try #require(fields["decision"]),
            reason: try #require(fields["reason"]),
            policyID: try #require(fields["policy_id"]),
            would: fields["would"],
            address: fields["address"]
        )
    }

    /// The policies, groups and request above the dashes.
    func setup() throws -> (set: PolicySet, request: TestRequest) {
        let parsed = try JSONSerialization.jsonObject(with: Data(parts().setup.utf8))
        let object = try #require(parsed as? [String: Any])
        let policies = try #require(object["policies"] as? [[String: Any]])
        let groups = object["destination_groups"] as? [String: [String]] ?? [:]
        let request = try #require(object["request"] as? [String: String])
        let set = PolicySet(policies: try policies.map(Self.policy), groups: groups)
        return (set, try TestRequest(request))
    }

    private func parts() throws -> (setup: String, expected: String) {
        let halves = text.components(separatedBy: "\n----------\n")
        try #require(halves.count == 2, "no line of ten dashes in \(name)")
        return (halves[0], halves[1])
    }

    /// A policy from JSON in which fields with a default may be left out.
    private static func policy(_ object: [String: Any]) throws -> Policy {
        let defaults: [String: Any] = [
            "version": 1, "priority": 1_000, "enabled": true, "mode": "enforce",
            "match": [String: Any](), "tunnels": "apply", "tls": "require", "ech": "allow",
            "allow_broad": false,
        ]
        let whole = object.merging(defaults) { written, _ in written }
        let data = try JSONSerialization.data(withJSONObject: whole)
        return try JSONDecoder().decode(Policy.self, from: data)
    }
}

extension TestRequest {
    /// A request from the fields of a case file.
    init(_ fields: [String: String]) throws {
        let method = try #require(fields["method"])
        let url = try #require(fields["url"])
        try self.init(
            agent: try #require(fields["agent"]),
            method: method,
            url: url,
            now: Self.seconds(fields["at"] ?? "2026-11-23T12:00:00Z"),
            resolved: fields["resolved"]
        )
    }

    private static func seconds(_ text: String) throws -> Int64 {
        let date = try #require(ISO8601DateFormatter().date(from: text), "no time: \(text)")
        return Int64(date.timeIntervalSince1970)
    }
}
