// The commands about the mesh's certificates. They work on folders, without a running system:
// the authority may lie on another machine than every service.

import ArgumentParser

/// `clawgress pki`.
struct PKICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pki",
        abstract: "Keeps the certificates with which services know each other.",
        discussion: """
            A control plane needs an authority, and a folder for each service:
              clawgress pki init /etc/clawgress/pki
              clawgress pki issue /etc/clawgress/pki policy/policy \\
                --to /etc/clawgress/policy/mesh --credential /etc/clawgress/policy/credential
              clawgress pki show /etc/clawgress/pki
            """,
        subcommands: [PKIInit.self, PKIIssue.self, PKIRotate.self, PKIShow.self]
    )
}
