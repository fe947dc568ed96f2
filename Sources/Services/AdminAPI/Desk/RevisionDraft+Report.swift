// What is said of a configuration before it is staged: by the gateways' own code, and by us about
// the operators, of whom gateways know nothing.

import ClawgressConfigTree
import ClawgressContract
import ClawgressSnapshotCheck

extension RevisionDraft {
    /// Every error and warning.
    ///
    /// - Parameters:
    ///   - active: the configuration that this one would follow.
    ///   - access: users who can get in.
    ///   - now: seconds since 1970 UTC.
    ///   - hasEnded: whether a key that `active` does not have was in force before.
    func report(
        of tree: ConfigTree,
        after active: ConfigTree,
        access: Set<String>,
        now: Int64,
        hasEnded: (StoppedAccess.Key) throws(Refusal) -> Bool
    ) throws(Refusal) -> ValidationReport {
        let report = SnapshotCheck.report(on: snapshot, now: now)
        let stopped = try StoppedAccess.warnings(
            on: tree,
            after: active,
            now: now,
            hasEnded: hasEnded
        )
        return ValidationReport(
            errors: report.errors.map(ProblemItem.init)
                + Self.userErrors(tree, after: active, access),
            warnings: stopped + report.warnings.map(ProblemItem.init)
        )
    }

    /// Nobody may be able to lock everybody out.
    ///
    /// Only before users are configured is whoever the first start let in an admin, and there is no
    /// way back to that.
    private static func userErrors(
        _ tree: ConfigTree,
        after active: ConfigTree,
        _ access: Set<String>
    ) -> [ProblemItem] {
        guard tree.node(at: ["user"]) != nil || active.node(at: ["user"]) != nil else { return [] }
        let users = tree.node(at: ["user"])?.children ?? [:]
        let admins = users.filter { _, user in
            user["role"]?.value?.word == "admin" && user["status"]?.value?.word != "disabled"
        }.map(\.key)
        guard access.isDisjoint(with: admins) else { return [] }
        let message =
            admins.isEmpty
            ? "no active user has the role `admin`: nobody could mend that"
            : "no admin of it has a password or a token yet, so nobody could get in: keep one who "
                + "has until the new one has, too"
        return [ProblemItem(path: "user", message: message, code: "admin_missing")]
    }
}

extension ProblemItem {
    init(_ finding: SnapshotFinding) {
        self.init(
            path: finding.path.isEmpty ? nil : ConfigPath(finding.path).text,
            message: finding.message,
            code: finding.code.rawValue
        )
    }
}
