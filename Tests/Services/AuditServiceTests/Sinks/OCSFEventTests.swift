// Events of the Open Cybersecurity Schema Framework, held against what its schema demands: which
// attributes a class and its objects have and must have, their types, their enumerations, and of which
// some at least one must be there. The schema's facts are in Cases, taken from its source.

import ClawgressAuditService
import ClawgressBytes
import ClawgressJWS
import Foundation
import Testing

/// A part of the schema.
struct OCSFSchema {
    private let value: JSONValue

    init() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Cases/ocsf-1.8.0.json")
        let bytes = Array(try Data(contentsOf: url))
        value = try StrictJSON.read(bytes.span)
    }

    var version: String? { value["version"]?.text }

    /// What is wrong with an event.
    func problems(_ event: JSONValue) -> [String] {
        guard let uid = event["class_uid"]?.integer,
            let shape = value["classes"]?["\(uid)"]
        else { return ["no class"] }
        var found = problems(event, shape, "")
        let type = (event["activity_id"]?.integer ?? -1) + uid * 100
        if event["type_uid"]?.integer != type { found.append("type_uid") }
        if event["category_uid"]?.integer != uid / 1_000 { found.append("category_uid") }
        if event["activity_id"]?.integer == 99, event["activity_name"] == nil {
            found.append("activity_name")
        }
        return found
    }

    private func problems(_ object: JSONValue, _ shape: JSONValue, _ path: String) -> [String] {
        guard let members = object.members, let known = shape["attributes"]?.members else {
            return ["\(path) is no object"]
        }
        var found: [String] = []
        for attribute in known where attribute.value["requirement"]?.text == "required" {
            if object[attribute.name] == nil {
                found.append("\(path).\(attribute.name) is missing")
            }
        }
        for group in shape["at_least_one"]?.elements ?? [] {
            let names = group.elements?.compactMap(\.text) ?? []
            if !names.contains(where: { object[$0] != nil }) {
                found.append("\(path) has none of \(names)")
            }
        }
        for member in members {
            let path = "\(path).\(member.name)"
            guard let attribute = shape["attributes"]?[member.name] else {
                found.append("\(path) is unknown")
                continue
            }
            let isList = attribute["array"] == .bool(true)
            guard isList == (member.value.elements != nil) else {
                found.append("\(path) is a list, or none")
                continue
            }
            for value in isList ? member.value.elements ?? [] : [member.value] {
                found += check(value, attribute, path)
            }
        }
        return found
    }

    private func check(_ value: JSONValue, _ attribute: JSONValue, _ path: String) -> [String] {
        if let name = attribute["object"]?.text {
            guard let shape = self.value["objects"]?[name] else { return ["\(path) is not listed"] }
            return problems(value, shape, path)
        }
        let isOfType =
            switch (attribute["type"]?.text, value) {
            case ("string"?, .string), ("integer"?, .integer), ("bool"?, .bool), ("any"?, .object):
                true
            default: false
            }
        guard isOfType else { return ["\(path) is of another type"] }
        guard let words = attribute["enum"]?.elements?.compactMap(\.text) else { return [] }
        let word = value.text ?? value.integer.map { "\($0)" } ?? ""
        return words.contains(word) ? [] : ["\(path) is none of \(words)"]
    }
}

@Suite("OCSF events")
struct OCSFEventTests {
    private static let whole = #"""
        {"agent_id":"crawler","allowed_by":null,"attempts":1,"boot_id":"00","bytes_in":10,"bytes_out":5,"client_address":"192.0.2.7","client_port":4711,"decision":"allow","destination_address":"198.51.100.1","destination_host":"h.example","destination_port":80,"duration_ms":12,"event_version":1,"gateway_id":"gw-1","http_method":"GET","latency_ms":1.5,"outcome":"completed","path":"/a","policy_id":"p","policy_version":3,"reason":"policy_allowed","request_id":"019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a","scheme":"http","sequence":1,"status":200,"team_id":"data","timestamp":"2026-11-26T09:00:00.123171Z","truncated":[],"worker":0}
        """#
    private static let admin = #"""
        {"action":"commit","actor":"alice","boot_id":"00","commit_id":"1b9d","event_id":"019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a","reason":null,"record":"admin","result":"ok","role":"operator","sequence":7,"serial":12,"service_id":"admin-api","source_address":"127.0.0.1","subject":"sha256:5f","summary":"+ agent crawler","timestamp":"2026-11-26T09:00:00.000171Z","truncated":[],"worker":0}
        """#

    private func event(_ text: String) throws -> JSONValue? {
        let record = SinkRecord(index: 41, bytes: Array(text.utf8))
        guard let line = OCSFEvent.line(of: record, log: "log.test/one") else { return nil }
        #expect(!line.contains(UInt8(ascii: "\n")))
        return try StrictJSON.read(line.span)
    }

    /// `text` with other values of some members, `nil` for null.
    private func changed(_ text: String, _ changes: [String: JSONValue]) throws -> String {
        let members = try #require(try StrictJSON.read(text).members)
        return JSONValue.object(
            members.map { JSONMember($0.name, changes[$0.name] ?? $0.value) }
        ).jsonText
    }

    @Test("of a request say what happened")
    func request() throws {
        let event = try #require(try event(Self.whole))
        let schema = try OCSFSchema()
        #expect(schema.problems(event) == [])
        #expect(schema.version == OCSFEvent.schemaVersion)
        #expect(event["metadata"]?["version"]?.text == OCSFEvent.schemaVersion)
        #expect(event["time"] == .integer(1_795_683_600_123))
        #expect(event["type_uid"] == .integer(400_203) && event["status_id"] == .integer(1))
        #expect(event["action_id"] == .integer(1) && event["disposition_id"] == .integer(1))
        #expect(event["http_request"]?["url"]?["path"]?.text == "/a")
        #expect(event["http_response"]?["code"] == .integer(200))
        #expect(event["metadata"]?["sequence"] == .integer(41))
        #expect(event["actor"]?["user"]?["uid"]?.text == "crawler")
        #expect(event["unmapped"]?["team_id"]?.text == "data")
        #expect(event["unmapped"]?["allowed_by"] == nil && event["unmapped"]?["path"] == nil)
    }

    @Test("of any request have what the schema demands, whatever is not known of it")
    func sparse() throws {
        let schema = try OCSFSchema()
        let names = try #require(try StrictJSON.read(Self.whole).members).map(\.name)
        for name in names where name != "timestamp" && name != "client_address" {
            let event = try #require(try event(changed(Self.whole, [name: .null])), "\(name)")
            #expect(schema.problems(event) == [], "\(name)")
        }
        var nothing: [String: JSONValue] = [:]
        for name in names { nothing[name] = .null }
        nothing["timestamp"] = .string("2026-11-26T09:00:00Z")
        nothing["client_address"] = .string("192.0.2.7")
        let bare = try #require(try event(changed(Self.whole, nothing)))
        #expect(schema.problems(bare) == [])
        nothing["client_address"] = .null
        #expect(try event(changed(Self.whole, nothing)) == nil)
        #expect(try event(changed(Self.whole, ["timestamp": .string("soon")])) == nil)
    }

    @Test(
        "of a request have the numbers of method and decision",
        arguments: [
            ("CONNECT", "allow", 1, 1, 1), ("PATCH", "deny", 9, 2, 2),
            ("PROPFIND", "rate_limit", 99, 2, 25), ("get", "deny", 99, 2, 2),
        ]
    )
    func numbers(method: String, decision: String, activity: Int64, action: Int64, end: Int64)
        throws
    {
        let changes: [String: JSONValue] = [
            "http_method": .string(method), "decision": .string(decision),
            "path": method == "CONNECT" ? .null : .string("/"),
        ]
        let event = try #require(try event(changed(Self.whole, changes)))
        #expect(try OCSFSchema().problems(event) == [])
        #expect(event["activity_id"] == .integer(activity))
        #expect(event["action_id"] == .integer(action) && event["disposition_id"] == .integer(end))
        #expect(event["unmapped"]?["http_method"]?.text == (activity == 99 ? method : nil))
        if method == "CONNECT" {
            #expect(event["http_request"]?["url"]?["url_string"]?.text == "h.example:80")
        }
    }

    @Test(
        "of what operators do are API activity",
        arguments: [
            ("commit", 3), ("agent.put", 3), ("policy.delete", 4), ("key.create", 1),
            ("gateway.revoke", 4), ("login", 99), ("request", 99),
        ]
    )
    func admin(action: String, activity: Int64) throws {
        let schema = try OCSFSchema()
        for changes in [
            [:], ["actor": .null], ["actor": .string("(deadline)"), "source_address": .null],
            ["reason": .string("forbidden"), "result": .string("refused")],
            ["subject": .null, "summary": .null, "event_id": .null],
        ] as [[String: JSONValue]] {
            let changes = changes.merging(["action": .string(action)]) { one, _ in one }
            let event = try #require(try event(changed(Self.admin, changes)))
            #expect(schema.problems(event) == [])
            #expect(event["activity_id"] == .integer(activity))
        }
    }

    @Test("are not made of records that tell of no activity", arguments: ["gap", "heartbeat", "x"])
    func unmapped(kind: String) throws {
        #expect(try event(changed(Self.admin, ["record": .string(kind)])) == nil)
    }

    @Test("tell of nobody's acts on a gateway's word")
    func forged() throws {
        let forged = Self.admin
            .replacing(#""service_id":"admin-api","#, with: "")
            .replacing(#""reason":null"#, with: #""gateway_id":"gw-1","reason":null"#)
        #expect(try StrictJSON.read(forged)["gateway_id"]?.text == "gw-1")
        #expect(try event(forged) == nil)
    }

    @Test("that lack what the schema demands would be found")
    func finding() throws {
        let schema = try OCSFSchema()
        let event = try #require(try event(Self.whole))
        let members = try #require(event.members)
        for name in ["metadata", "time", "severity_id", "activity_id", "http_request"] {
            var less = members.filter { $0.name != name }
            if name == "http_request" { less.removeAll { $0.name == "http_response" } }
            #expect(!schema.problems(.object(less)).isEmpty, "\(name)")
        }
        let odd = members + [JSONMember("surprise", .bool(true))]
        #expect(schema.problems(.object(odd)) == [".surprise is unknown"])
    }
}
