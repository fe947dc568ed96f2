// What gateways refuse is refused before it is signed.

import ClawgressModel
import ClawgressSnapshotCheck
import Foundation
import Testing

@Suite("The check of snapshots")
struct SnapshotCheckTests {
    @Test("lists everything that the gateway's indexes refuse")
    func check() {
        let bad = Snapshot(policies: [
            Policy(policyID: "one", action: .deny, match: PolicyMatch(destination: ["a b"])),
            Policy(policyID: "two", action: .deny, match: PolicyMatch(method: [])),
        ])
        let error = #expect(throws: SnapshotRefusal.self) {
            try SnapshotCheck.warnings(of: bad, now: 0)
        }
        let text = error?.description ?? ""
        #expect(text.contains("`one`") && text.contains("`two`"))
    }

    @Test("the reference page explains each code")
    func page() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Documentation/configuration.md").standardized
        let page = try String(contentsOf: file, encoding: .utf8)
        for code in SnapshotFinding.Code.allCases {
            #expect(page.contains("| `\(code.rawValue)` |"), "\(code) is not explained")
        }
    }

    @Test("a set of ten thousand policies is looked through in linear time")
    func scale() {
        let agents = (0..<10_000).map { number in
            Agent(
                agentID: "agent-\(number)",
                teamID: "team-\(number % 100)",
                projectID: "project-\(number % 1_000)",
                environment: "e"
            )
        }
        let policies = (0..<10_000).map { number in
            // A hundred of the same destination for each agent's own rules, and for paths.
            Policy(
                policyID: "policy-\(number)",
                action: .allow,
                match: PolicyMatch(
                    identity: IdentityMatch(agents: ["agent-\(number)"]),
                    destination: ["shared.test", "host-\(number % 100).test"],
                    method: ["GET"],
                    pathPrefix: ["/folder-\(number)/"]
                )
            )
        }
        let snapshot = Snapshot(agents: agents, policies: policies)
        let report = SnapshotCheck.report(on: snapshot, now: 0, stepsMax: 200_000)
        #expect(report.errors == [])
        #expect(!report.warnings.contains { $0.code == .analysisIncomplete })
    }
}
