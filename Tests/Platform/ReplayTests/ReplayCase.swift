// A case is a file: a configuration, records by what differs from a usual one, and what is made of them.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressJWS
import ClawgressReplay
import Foundation
import Testing

/// One file of the folder Cases.
struct ReplayCase: Sendable, CustomTestStringConvertible {
    /// The file's name as a sentence.
    let name: String
    private var sections: [String: [String]] = [:]

    var testDescription: String { name }

    static let all: [ReplayCase] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { $0.hasSuffix(".case") }.sorted().map { name in
            let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return ReplayCase(name, text ?? "")
        }
    }()

    private init(_ name: String, _ text: String) {
        self.name = String(name.dropLast(5)).replacing("-", with: " ")
        var section = ""
        for line in text.split(separator: "\n").map(String.init) where !line.hasPrefix("#") {
            if line.hasPrefix("== ") {
                section = String(line.dropFirst(3))
                sections[section] = []
            } else {
                sections[section, default: []].append(line)
            }
        }
    }

    /// The lines below `== NAME`; nil without such a line.
    func lines(_ name: String) -> [String]? { sections[name] }

    /// What is configured: one agent that may ask, one that may not, and the case's own lines.
    func tree() throws -> ConfigTree {
        let agents = ["crawler", "barred"].flatMap { agent in
            ["team research", "project atlas", "environment test"].map {
                "set agent \(agent) \($0)"
            }
        }
        let lines =
            agents + ["set agent barred status disabled"] + (sections["configuration"] ?? [])
        var tree = ConfigTree()
        try tree.apply(commands: lines.joined(separator: "\n") + "\n")
        return tree
    }

    /// The records, as the log gives them: the latest first.
    func records() throws -> [JSONValue] {
        try (sections["records"] ?? []).map { line in
            if line == "null" { return .null }
            return try RecordMaker.record(try StrictJSON.read(line))
        }
    }
}

/// Makes whole records.
enum RecordMaker {
    /// A request of `crawler` that policy `open` let through.
    private static let usual = """
        {"agent_id":"crawler","decision":"allow","destination_address":null,\
        "destination_host":"example.com","destination_port":80,"event_version":1,\
        "http_method":"GET","path":"/docs","policy_id":"open","protocol":"http",\
        "reason":"policy_allowed","request_id":"019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a",\
        "timestamp":"2026-11-26T09:00:00.000171Z","truncated":[],"would_decision":null,\
        "would_policy_id":null}
        """

    /// The same but for some members.
    static func record(_ changes: JSONValue) throws -> JSONValue {
        let changed = changes.members ?? []
        let kept = try StrictJSON.read(usual).members?.filter { changes[$0.name] == nil } ?? []
        return .object(kept + changed)
    }
}

extension ConfigTree {
    /// The configuration as records are judged by it.
    func engine() throws -> ReplayEngine {
        try ReplayEngine(try snapshot(), hash: KeyedHash(first: 1, second: 2))
    }
}
