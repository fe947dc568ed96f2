// The explanation for people: who, what, every policy with its reason, the verdict.

import ClawgressBundleSigning
import ClawgressModel
import ClawgressPolicy

extension Explanation {
    /// Writes the explanation for a person.
    func show(on terminal: Terminal) {
        terminal.line(
            "agent    \(agent.agentID) (team \(agent.teamID), project \(agent.projectID), "
                + "environment \(agent.environment), \(agent.status.rawValue))"
        )
        terminal.line("target   \(targetText)")
        if target.hidesRequest {
            terminal.line("         https reaches the gateway as CONNECT: no method, no path")
        }
        terminal.line("time     \(Timestamp.text(time))")
        terminal.line()
        printPolicies(on: terminal)
        terminal.line()
        terminal.line("verdict  \(verdictText(terminal))")
        if let capitals {
            let word = capitals.verdict.isAllowed ? "is" : "is not"
            terminal.line(
                "capitals origins may take it for \(target.method.uppercased()): it must be "
                    + "allowed as that, too, and \(word)"
            )
        }
        terminal.line("reason   \(reason.name)")
        terminal.line("policy   \(policyID)")
        if let would {
            terminal.line("would    \(would.decision.name), by \(would.policyID) (observed)")
        }
        terminal.line("quota    \(quotaText)")
        if isAllowed, target.kind == .name {
            terminal.line("then     the name is resolved, and each address is checked")
        }
        if let tunnelContent { terminal.line("tunnel   \(tunnelText(tunnelContent))") }
    }

    private func tunnelText(_ content: Policy.TunnelContent) -> String {
        guard content == .require else { return "may carry anything (tls: any)" }
        let name = target.kind == .name ? "for \(target.host)" : "that names no server"
        let rest = encryptedHello == .refuse ? ", and no encrypted one (ech: refuse)" : ""
        return "must begin with a TLS ClientHello \(name)\(rest)"
    }

    private var targetText: String {
        let bracketed = target.kind == .address && target.host.contains(":")
        let host = bracketed ? "[\(target.host)]" : target.host
        return "\(target.method) \(host):\(target.port)\(target.path)"
    }

    private func verdictText(_ terminal: Terminal) -> String {
        isAllowed ? terminal.styled("allowed", .good) : terminal.styled("denied", .bad)
    }

    private func printPolicies(on terminal: Terminal) {
        if trace.entries.isEmpty { terminal.line("there is no policy, so nothing is allowed") }
        for entry in trace.entries {
            let mark = entry.decides ? terminal.styled("=>", .strong) : "  "
            let mode = entry.mode == .observe ? ", observed" : ""
            terminal.line(
                "\(mark) \(entry.policyID) v\(entry.version) "
                    + "(priority \(entry.priority), \(entry.action.rawValue)\(mode))"
            )
            terminal.line("     \(Self.words(for: entry, on: terminal))")
        }
    }

    private static func words(for entry: PolicyTrace.Entry, on terminal: Terminal) -> String {
        switch entry.finding {
        case .matched where entry.decides: "matches and decides"
        case .matched where entry.mode == .observe: "matches, but is only observed"
        case .matched: "matches, but an earlier policy decides"
        case .disabled: terminal.styled("is disabled", .faint)
        case .mismatch(let field, let why):
            terminal.styled("no match: \(field): \(TerminalText.escaped(why))", .faint)
        }
    }

    private var quotaText: String {
        guard let quota else { return "none" }
        let limits = [
            quota.rpsLimit.map { "\($0) a second" }, quota.rpmLimit.map { "\($0) a minute" },
        ].compactMap { $0 }
        let owner = quota.agentID == nil ? "the default" : "of the agent"
        return "\(limits.joined(separator: ", ")), \(quota.mode.rawValue) (\(owner))"
    }
}
