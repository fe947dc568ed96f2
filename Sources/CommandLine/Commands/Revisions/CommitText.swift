// A commit as lines for a person.

import ClawgressContract

/// Writes commits.
enum CommitText {
    /// What became of a commit, and how far each gateway is.
    static func show(_ commit: CommitAnswer, on terminal: Terminal) {
        let order = [
            commit.serial.map { "serial \($0)" }, commit.epoch.map { "epoch \($0)" },
            commit.revision,
        ]
        terminal.line(
            "\(headline(commit.state)) \(commit.commitID): "
                + order.compactMap { $0 }.joined(separator: ", ")
        )
        for gateway in commit.rollout {
            let reason = [gateway.code, gateway.reason].compactMap { $0 }.joined(separator: ": ")
            let text = "  \(gateway.gatewayID) \(gateway.state)"
            terminal.line(TerminalText.escaped(reason.isEmpty ? text : "\(text) (\(reason))"))
        }
        if commit.rollout.isEmpty { terminal.note("no gateway is enrolled yet") }
        noteReverted(commit, on: terminal)
        if let confirmBy = commit.confirmBy {
            terminal.note("reverts by itself unless confirmed by \(confirmBy): clawgress confirm")
        }
    }

    /// Says which commit was taken back to make this one.
    static func noteReverted(_ commit: CommitAnswer, on terminal: Terminal) {
        guard let reverted = commit.revertedCommit else { return }
        terminal.note(
            "commit \(TerminalText.escaped(reverted)) waited for its confirmation and was taken back: "
                + "what it had changed is not in force any more (clawgress commits has its revision)"
        )
    }

    private static func headline(_ state: CommitAnswer.State) -> String {
        switch state {
        case .pending: "not decided yet:"
        case .decided: "committed"
        case .aborted: "aborted, nothing changed:"
        case .reverted: "reverted:"
        }
    }
}
