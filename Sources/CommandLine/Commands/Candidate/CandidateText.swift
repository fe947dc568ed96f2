// A candidate's state and differences as lines for a person.

import ClawgressContract

/// Writes candidates and differences.
enum CandidateText {
    /// How many differences an edit shows; `compare` shows all.
    private static var changesShown: Int { 10 }

    /// Says what the candidate would change by now.
    static func show(_ candidate: CandidateAnswer, on terminal: Terminal) {
        for change in candidate.changes.prefix(changesShown) {
            terminal.line(line(for: change, on: terminal))
        }
        let hidden = candidate.changeCount - min(candidate.changes.count, changesShown)
        if hidden > 0 { terminal.note("and \(hidden) more: clawgress compare") }
        switch candidate.changeCount {
        case 0: terminal.note("the candidate is the same as its base")
        case 1: terminal.note("1 change in the candidate")
        default: terminal.note("\(candidate.changeCount) changes in the candidate")
        }
        if candidate.outdated {
            terminal.note(
                "warning: the active revision has moved on since; take your changes over with "
                    + "clawgress rebase"
            )
        }
        if !candidate.level.isEmpty { terminal.note(place(candidate.level)) }
    }

    /// Where one is: `[edit policy p]`, and `[edit]` at the top.
    static func place(_ level: String) -> String {
        level.isEmpty ? "[edit]" : "[edit \(TerminalText.escaped(level))]"
    }

    /// One difference: its sign, its path, its value or both.
    static func line(for change: ChangeEntry, on terminal: Terminal) -> String {
        let path = TerminalText.escaped(change.path)
        let old = change.old.map { " " + TerminalText.escaped($0) } ?? ""
        let new = change.new.map { " " + TerminalText.escaped($0) } ?? ""
        return switch change.kind {
        case .added: terminal.styled("+ \(path)\(new)", .good)
        case .removed: terminal.styled("- \(path)\(old)", .bad)
        case .changed: terminal.styled("> \(path)\(old) ->\(new)", .attention)
        }
    }
}
