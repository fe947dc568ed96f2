// From a configuration to what is published: the snapshot, its name, and what the gateways' own
// code says of it.

import ClawgressBundle
import ClawgressConfigTree
import ClawgressContract
import ClawgressModel
import ClawgressSnapshotCheck
import HTTPTypes

/// A configuration with the content and the name under which it can be published.
struct RevisionDraft: Sendable {
    /// `sha256:` and 64 hexadecimal digits: the name of snapshot and configuration together.
    let id: String
    let snapshot: Snapshot

    private let tree: ConfigTree

    /// - Throws: 422 if the configuration is not whole.
    init(_ tree: ConfigTree) throws(Refusal) {
        do throws(ConfigProblems) {
            var snapshot = try tree.snapshot()
            // Two configurations that differ in what no gateway sees are two revisions.
            snapshot.configuration = tree.digest
            self.snapshot = snapshot
        } catch {
            throw .invalid(
                ValidationReport(errors: error.problems.map(ProblemItem.init), warnings: [])
            )
        }
        self.tree = tree
        id = snapshot.contentRevision()
    }

    /// The configuration as it is kept.
    var treeText: [UInt8] { Array(tree.canonicalText.utf8) }
    /// The content as the policy service takes it.
    var content: [UInt8] { snapshot.canonicalJSON() }
}

extension Refusal {
    /// A configuration that cannot be staged.
    static func invalid(_ report: ValidationReport) -> Refusal {
        Refusal(
            .unprocessableContent,
            "configuration_invalid",
            report.errors.first?.message ?? "the configuration is not valid",
            errors: Array(report.errors.prefix(100))
        )
    }
}
