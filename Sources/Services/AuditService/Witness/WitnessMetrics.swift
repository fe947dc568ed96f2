// The witnesses' state in the text form of Prometheus.

/// What one witness answered so far.
struct WitnessCounts: Sendable {
    private(set) var counts: [String: UInt64] = [:]

    static var kinds: [String] { ["cosigned", "failed", "holds", "inconsistent", "refused"] }

    mutating func add(_ answer: WitnessAnswer) {
        let kind =
            switch answer {
            case .cosigned: "cosigned"
            case .holds: "holds"
            case .inconsistent: "inconsistent"
            case .refused: "refused"
            case .failed: "failed"
            }
        counts[kind, default: 0] += 1
    }
}

/// Writes metrics.
struct WitnessMetrics {
    let names: [String]
    let dialogues: [WitnessDialogue]
    let answers: [WitnessCounts]
    let required: Int
    let witnessed: Int

    /// All metrics.
    var text: String {
        var text = Self.head("witnessed_size", "gauge", "records that enough witnesses vouch for")
        text += "clawgress_audit_witnessed_size \(witnessed)\n"
        text += Self.head("witnesses_required", "gauge", "witnesses that have to sign a checkpoint")
        text += "clawgress_audit_witnesses_required \(required)\n"
        text += Self.head("witness_up", "gauge", "1 while a witness signs")
        for (name, dialogue) in zip(names, dialogues) {
            let value = dialogue.standing == .cosigned ? 1 : 0
            text += "clawgress_audit_witness_up{witness=\"\(Self.escaped(name))\"} \(value)\n"
        }
        text += Self.head("witness_size", "gauge", "records in the tree that a witness signed last")
        for (name, dialogue) in zip(names, dialogues) {
            let label = "witness=\"\(Self.escaped(name))\""
            text += "clawgress_audit_witness_size{\(label)} \(dialogue.known)\n"
        }
        text += Self.head("witness_answers_total", "counter", "answers of witnesses, by kind")
        for (name, answers) in zip(names, answers) {
            for kind in WitnessCounts.kinds {
                let labels = "witness=\"\(Self.escaped(name))\",answer=\"\(kind)\""
                text +=
                    "clawgress_audit_witness_answers_total{\(labels)} \(answers.counts[kind] ?? 0)\n"
            }
        }
        return text
    }

    private static func head(_ name: String, _ type: String, _ help: String) -> String {
        "# HELP clawgress_audit_\(name) \(help)\n# TYPE clawgress_audit_\(name) \(type)\n"
    }

    /// A label's value: names of keys may hold quotes.
    private static func escaped(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            if character == "\\" || character == "\"" { text.append("\\") }
            text.append(character)
        }
    }
}
