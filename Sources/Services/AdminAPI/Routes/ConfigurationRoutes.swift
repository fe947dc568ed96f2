// Reading configurations: whole or in part, in any form, and how two of them differ.

import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import HTTPTypes

extension AdminService {
    /// How many differences a comparison as text shows; as JSON it has pages.
    private static var textChangesMax: Int { 10_000 }

    /// A revision as people name it: `active`, `candidate`, `staged`, how many commits back, or a
    /// revision's id or a prefix of at least 8 digits; nil if there is none.
    func named(
        _ name: String,
        for caller: Caller
    ) async throws(Refusal) -> ConfigurationDesk.Revision? {
        switch name {
        case "active": return await desk.active
        case "candidate":
            let candidate = try await desk.view(of: caller.credentialID)
            return ConfigurationDesk.Revision(id: "candidate", tree: candidate.tree)
        case "staged":
            guard let id = try await desk.view(of: caller.credentialID).stored.staged else {
                return nil
            }
            return try await desk.revision(id)
        default: break
        }
        if let back = Int(name), (0...9_999).contains(back), String(back) == name {
            if back == 0 { return await desk.active }
            guard let id = try store.published(back: back) else { return nil }
            return try await desk.revision(id)
        }
        return try await prefixed(name)
    }

    private func prefixed(_ name: String) async throws(Refusal) -> ConfigurationDesk.Revision? {
        let digits = name.hasPrefix("sha256:") ? name.dropFirst(7) : name[...]
        guard (8...64).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else {
            throw .parameter(
                "a revision is `active`, `candidate`, `staged`, a number of commits back, or at "
                    + "least 8 digits of its id"
            )
        }
        let ids = try store.revisions(prefix: "sha256:\(digits)")
        guard ids.count < 2 else {
            throw .conflict("revision_ambiguous", "`\(name)` begins more than one revision's id")
        }
        guard let id = ids.first else { return nil }
        return try await desk.revision(id)
    }

    func configuration(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let name = call.query["of"] ?? "active"
        let format = try call.choice(
            "format",
            ["json", "text", "commands", "marked"],
            or: "json"
        )
        let candidate = try await desk.view(of: call.caller.credentialID)
        let isCandidate = name == "candidate"
        let isRelative = try call.flag("relative")
        guard isCandidate || !isRelative else {
            throw .relativeElsewhere
        }
        let asked = try Self.path(call.query["path"] ?? "")
        let path = isRelative ? ConfigPath(candidate.level.path.words + asked.words) : asked
        let found =
            isCandidate
            ? ConfigurationDesk.Revision(id: name, tree: candidate.tree)
            : try await named(name, for: call.caller)
        guard let revision = found else { throw .missing("revision `\(name)`") }
        // Where one is, nothing need be configured yet.
        guard asked.words.isEmpty || revision.tree.node(at: path) != nil else {
            throw .missing("`\(path.text)` in it")
        }
        let etag = isCandidate ? candidate.etag : revision.id
        if format != "marked", call.has(etag) { return AdminReply.notModified.tagged(etag) }
        switch format {
        case "json": return try json(revision, path).tagged(etag)
        case "marked":
            let active = await desk.active
            let base = isCandidate ? candidate.base : active
            let head =
                isRelative && !candidate.level.isTop ? "[edit \(candidate.level.path)]\n" : ""
            let lines = revision.tree.shownBytes(marking: base.tree, at: path)
            return .text(Array(head.utf8) + lines).tagged("\(etag)-\(base.id)")
        default:
            let content = isCandidate ? candidate.contentName : revision.id
            return .text(written(revision.tree, content, format, path)).tagged(etag)
        }
    }

    /// The form for people or the commands.
    ///
    /// - Parameter content: a name that no other content has.
    private func written(
        _ tree: ConfigTree,
        _ content: String,
        _ format: String,
        _ path: ConfigPath
    ) -> [UInt8] {
        func write() -> [UInt8] {
            format == "text" ? tree.shownBytes(at: path) : tree.commandBytes(at: path)
        }
        guard path.words.isEmpty else { return write() }
        return texts.text("\(format) \(content)", write)
    }

    /// The JSON form; a whole revision is kept as that, so it need not be written again.
    private func json(
        _ revision: ConfigurationDesk.Revision,
        _ path: ConfigPath
    ) throws(Refusal) -> AdminReply {
        guard path.words.isEmpty else {
            return .json(revision.tree.node(at: path)?.json ?? .object([]))
        }
        if let text = try store.tree(of: revision.id) {
            return AdminReply(.ok, fields: [.contentType: "application/json"], body: text)
        }
        return .json(revision.tree.json)
    }

    func compare(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let format = try call.choice("format", ["json", "text"], or: "json")
        let limit = try call.limit()
        // How many were on the pages before.
        let seen = call.query["cursor"] == nil ? 0 : Int(try call.numberCursor())
        let from = call.query["from"] ?? "active"
        let to = call.query["to"] ?? "candidate"
        guard let old = try await named(from, for: call.caller) else {
            throw .missing("revision `\(from)`")
        }
        guard let new = try await named(to, for: call.caller) else {
            throw .missing("revision `\(to)`")
        }
        let changes = new.tree.changes(from: old.tree)
        guard format == "json" else {
            guard changes.count <= Self.textChangesMax else {
                throw .comparisonTooLarge(changes.count, Self.textChangesMax)
            }
            return .text(new.tree.shownBytes(marking: old.tree, onlyChanges: true))
        }
        let begin = min(seen, changes.count)
        let end = min(begin + limit, changes.count)
        return try .json(
            CompareAnswer(
                from: old.id,
                to: new.id,
                changeCount: changes.count,
                changes: changes[begin..<end].map(ChangeEntry.init),
                nextCursor: end < changes.count ? String(end) : nil
            )
        )
    }

    func complete(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let line = call.query["line"] ?? ""
        let candidate = try await desk.view(of: call.caller.credentialID)
        let level = try call.flag("relative") ? candidate.level : .top
        let hints =
            try call.flag("help")
            ? ConfigSchema.help(for: line, in: candidate.tree, at: level)
            : ConfigSchema.completions(for: line, in: candidate.tree, at: level)
        return try .json(
            CompletionAnswer(
                completions: hints.map {
                    CompletionAnswer.Completion(word: $0.word, help: $0.help)
                }
            )
        )
    }

    private static func path(_ text: String) throws(Refusal) -> ConfigPath {
        do throws(ConfigProblem) {
            return ConfigPath(try ConfigWords.split(text))
        } catch {
            throw .pathRefused(error.description)
        }
    }
}
