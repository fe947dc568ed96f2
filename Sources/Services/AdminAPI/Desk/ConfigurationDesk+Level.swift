// Where callers are in the grammar. It is kept beside a candidate, so it outlives a restart and a commit;
// to go somewhere changes nothing, and so it begins no candidate and is no event.

import ClawgressConfigTree

extension ConfigurationDesk {
    /// Goes to another level.
    ///
    /// - Parameter isWanted: sees the candidate as it is; it may refuse.
    func move(
        _ owner: String,
        _ move: ConfigLevel.Move,
        if isWanted: @Sendable (Candidate) throws(Refusal) -> Void
    ) throws(Refusal) -> Candidate {
        var candidate = try view(of: owner)
        try isWanted(candidate)
        do throws(ConfigProblem) {
            candidate.level = try candidate.level.moved(move)
        } catch {
            throw .edits([error])
        }
        let level = candidate.level
        try store.keep(level: level.isTop ? nil : level.path.text, of: owner)
        candidates[owner]?.level = level
        return candidate
    }

    /// A caller's level as it is kept.
    ///
    /// One that this version's grammar does not have is the top: its lines would mean nothing there,
    /// and every answer says where one is.
    func level(of owner: String) throws(Refusal) -> ConfigLevel {
        guard let text = try store.level(of: owner) else { return .top }
        let words = try? ConfigWords.split(text)
        return words.flatMap { try? ConfigLevel.top.moved(.into($0)) } ?? .top
    }
}
