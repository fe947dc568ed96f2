// The report on a snapshot: errors from the gateway's own compilers, each led back to its place,
// and the warnings of everybody who has an opinion.

import ClawgressIdentity
public import ClawgressModel
import ClawgressPolicy

extension SnapshotCheck {
    /// How many elementary steps the search for shadowed policies may take unless told otherwise.
    public static var stepsMax: Int { 4_000_000 }

    /// Reports on a snapshot.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970 UTC; expired keys do not count as live.
    ///   - stepsMax: bounds the work on sets whose policies all concern the same; beyond it the
    ///     report says that it is incomplete.
    public static func report(
        on snapshot: Snapshot,
        now: Int64,
        stepsMax: Int = SnapshotCheck.stepsMax
    ) -> SnapshotReport {
        var errors = FindingList()
        var warnings = FindingList()
        addIdentityErrors(snapshot, now: now, to: &errors)
        for (name, limit) in Limits.named {
            let value = snapshot.settings.limits[keyPath: limit]
            let range = Limits.range(of: limit)
            guard !range.contains(value) else { continue }
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            errors.add(
                .limitRefused,
                at: ["gateway", "limit", name.replacing("_", with: "-")],
                "the limit is \(value), but must be \(bounds)"
            )
        }
        for problem in snapshot.settings.problems() {
            errors.add(.settingRefused, at: problem.path, problem.message)
        }
        do throws(PolicyCompileError) {
            for warning in try compilePolicies(snapshot) {
                let path = ["policy", warning.policyID]
                warnings.add(warning.kind.code, at: path, FieldPath.spelled(warning.message))
            }
            PolicyReview(snapshot, stepsMax: stepsMax).review(into: &warnings)
        } catch {
            for problem in error.problems {
                let message = FieldPath.spelled(problem.problem)
                errors.add(.policyRefused, at: FieldPath.words(of: problem), message)
            }
        }
        AgentReview(snapshot, now: now).review(into: &warnings)
        return SnapshotReport(errors: errors.finished(), warnings: warnings.finished())
    }

    /// Finds the places of problems, of which the compiler tells the first and no place.
    ///
    /// If there is one, agents and issuers are compiled one by one to find theirs; what then
    /// remains is between them.
    private static func addIdentityErrors(
        _ snapshot: Snapshot,
        now: Int64,
        to errors: inout FindingList
    ) {
        guard let problem = identityProblem(snapshot.agents, snapshot.issuers, now: now) else {
            return
        }
        var isFound = false
        for agent in snapshot.agents {
            guard let problem = identityProblem([agent], [], now: now) else { continue }
            errors.add(.identityRefused, at: ["agent", agent.agentID], problem)
            isFound = true
        }
        for issuer in snapshot.issuers {
            guard let problem = identityProblem([], [issuer], now: now) else { continue }
            errors.add(.identityRefused, at: ["issuer", issuer.issuer], problem)
            isFound = true
        }
        if !isFound { errors.add(.identityRefused, at: ["agent"], problem) }
    }

    private static func identityProblem(
        _ agents: [Agent],
        _ issuers: [TokenIssuer],
        now: Int64
    ) -> String? {
        do throws(IdentityCompileError) {
            try compileIdentities(agents, issuers, now: now)
            return nil
        } catch {
            return error.description
        }
    }
}

extension PolicyWarning.Kind {
    fileprivate var code: SnapshotFinding.Code {
        switch self {
        case .identityUnknown: .identityUnknown
        case .allowBeforeDeny: .allowBeforeDeny
        case .opensNoTunnel: .opensNoTunnel
        case .closesTunnels: .closesTunnels
        }
    }
}

/// Fields of the policy compiler as words of the configuration.
enum FieldPath {
    private static let words = [
        "agent_id": "agent", "team_id": "team", "project_id": "project", "days": "day",
    ]

    /// The place of a problem.
    static func words(of problem: PolicyProblem) -> [String] {
        guard let policyID = problem.policyID else { return group(problem.field) }
        let names = problem.field.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" })
            .map(String.init)
            .filter { Int($0) == nil && $0 != "policy_id" }
        return ["policy", policyID]
            + names.map { words[$0] ?? $0.replacing("_", with: "-") }
    }

    /// The compiler's sentence with settings as they are typed, where it spells them as a source.
    static func spelled(_ message: String) -> String {
        spellings.reduce(message) { $0.replacing($1.source, with: $1.line) }
    }

    private static let spellings = [
        (source: "`allow_broad: true`", line: "`allow-broad true`"),
        (source: "`tls: require`", line: "`tls require`"),
        (source: "has agent_id `", line: "has agent `"),
        (source: "has team_id `", line: "has team `"),
        (source: "has project_id `", line: "has project `"),
    ]

    /// The place of a problem of a group, whose name may have dots in it.
    private static func group(_ field: String) -> [String] {
        let prefix = "destination_groups."
        guard field.hasPrefix(prefix) else { return ["policy"] }
        var name = field.dropFirst(prefix.count)
        guard name.hasSuffix("]"), let bracket = name.lastIndex(of: "[") else {
            return ["destination-group", String(name)]
        }
        name = name[..<bracket]
        return ["destination-group", String(name), "destination"]
    }
}
