// The commands about the transparency log.

import ArgumentParser

/// `clawgress audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verifies the transparency log of records, and proves single records.",
        discussion: """
            The log is the control plane's, which is asked as an auditor or admin, or the folder `log` \
            in the state folder of clawgress-audit, a copy of it, or a web server's address under \
            which it is published.

            Exit code 0 means that everything is in order. Each thing that is not has an exit code \
            of its own: see `clawgress audit verify --help`.
            """,
        subcommands: [
            AuditVerify.self, AuditProve.self, AuditCheck.self, AuditConsistency.self,
        ]
    )
}
