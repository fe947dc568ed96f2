// From one authority to the next, with a time in which both are believed.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning

/// `clawgress pki rotate DIR`.
struct PKIRotate: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replaces the authority, in two steps that nobody notices.",
        discussion: """
            First make the new authority, and tell every service to believe both:
              clawgress pki rotate ./pki --to ./policy/mesh --to ./admin/mesh
            Copy ca.pem to the gateways, and renew every certificate with clawgress pki issue.
            When clawgress pki show names none of the old authority any more:
              clawgress pki rotate ./pki --finish --to ./policy/mesh --to ./admin/mesh

            Running services take the new files by themselves.
            """
    )

    @Argument(help: ArgumentHelp("The authority's folder.", valueName: "dir"))
    var folder: String

    @Flag(help: "End the rotation: forget the old authority and delete its key.")
    var finish = false

    @Option(
        help: ArgumentHelp(
            "A mesh folder whose ca.pem to replace. May be repeated.",
            valueName: "folder"
        )
    )
    var to: [String] = []

    @Option(help: ArgumentHelp("The new authority's life in days.", valueName: "number"))
    var days = 1_825

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        // Before anything is changed: a misspelt folder would be left behind.
        for mesh in to where Folder.length(ofFile: "\(mesh)/\(MeshFiles.certificate)") == nil {
            throw CommandFailure(.noInput, "`\(mesh)` is no mesh folder: it has no certificate")
        }
        var authority = try AuthorityFolder(
            folder,
            passphrase: try sealing.passphrase(for: folder, in: context)
        )
        if finish {
            try requireNothingOld(authority)
            try authority.finishRotation()
        } else {
            try authority.rotate(days: days, now: context.now())
        }
        for mesh in to {
            try MeshFolderFiles.replaceAuthorities(in: mesh, with: authority.authoritiesPEM)
        }
        context.terminal.line(
            finish
                ? "ended the rotation: only the new authority is believed"
                : "made a new authority; both are believed until `clawgress pki rotate --finish`"
        )
        for digest in authority.authorities.digests { context.terminal.line(digest) }
    }

    /// A service whose certificate is still the old authority's would be cut off.
    private func requireNothingOld(_ authority: AuthorityFolder) throws {
        let old = try AuthorityFolder.issued(in: folder).filter {
            $0.issuerKey != authority.authority.keyIdentifier
        }
        guard !old.isEmpty else { return }
        let names = old.map { "`\($0.identity)`" }.joined(separator: ", ")
        throw CommandFailure(
            .no,
            "the old authority signed the certificates of \(names): renew them first with "
                + "clawgress pki issue, or remove them from \(folder)/issued"
        )
    }
}
