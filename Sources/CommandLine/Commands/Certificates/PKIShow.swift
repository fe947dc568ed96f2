// What there is, and what ends soon.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning

/// `clawgress pki show DIR`.
struct PKIShow: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Lists authorities and certificates, and warns of what ends soon.",
        discussion: """
            Examples:
              clawgress pki show /etc/clawgress/pki
              clawgress pki show /etc/clawgress/policy/mesh --warn-days 60

            The first digest of an authority's folder is the one that a gateway is enrolled \
            with. No passphrase is needed. The exit code is 1 if something has ended or ends \
            within --warn-days.
            """
    )

    @Argument(help: ArgumentHelp("An authority's or a mesh folder.", valueName: "dir"))
    var folder: String

    @Option(help: ArgumentHelp("How many days ahead to warn.", valueName: "number"))
    var warnDays = 30

    func run(in context: CommandContext) throws {
        let rows = try entries()
        let now = context.now()
        var table = TextTable("WHO", "STATE", "ENDS", "DIGEST")
        for row in rows {
            table.add(row.name, state(row, now).text, Timestamp.text(row.notAfter), row.digest)
        }
        for line in table.lines { context.terminal.line(line) }
        let warnings = rows.filter { state($0, now) != .valid }
        for row in warnings {
            context.terminal.note("\(row.name) \(state(row, now).warning): \(row.wayOut)")
        }
        if !warnings.isEmpty { throw CommandFailure(.no, "") }
    }

    private struct Row {
        let name: String
        let notAfter: Int64
        let digest: String
        let wayOut: String
    }

    private enum State: Equatable {
        case valid
        case ending(days: Int64)
        case ended

        var text: String {
            switch self {
            case .valid: "valid"
            case .ending: "ends soon"
            case .ended: "ended"
            }
        }

        var warning: String {
            if case .ending(let days) = self { return "ends in \(days) days" }
            return "has ended"
        }
    }

    private func state(_ row: Row, _ now: Int64) -> State {
        let left = row.notAfter - now
        guard left > 0 else { return .ended }
        let days = left / 86_400
        return days < warnDays ? .ending(days: days) : .valid
    }

    private func entries() throws -> [Row] {
        let authorities = try MeshAuthorities(path: "\(folder)/\(MeshFiles.authorities)")
        var rows = zip(authorities.digests, authorities.ends).enumerated().map { place, authority in
            Row(
                name: place == 0 ? "authority" : "old authority",
                notAfter: authority.1,
                digest: authority.0,
                wayOut: "replace it with clawgress pki rotate"
            )
        }
        var certificates = try AuthorityFolder.issued(in: folder)
        let own = "\(folder)/\(MeshFiles.certificate)"
        if Folder.length(ofFile: own) != nil {
            certificates.append(try MeshCertificate(path: own))
        }
        rows += certificates.map {
            Row(
                name: $0.identity.description,
                notAfter: $0.notAfter,
                digest: $0.digest,
                wayOut: "renew it with clawgress pki issue"
            )
        }
        return rows
    }
}
