// The decision itself: hot path, so no allocation and no reference counting from here on.

import ClawgressBytes
import ClawgressModel

/// What all candidates of one search are tested against, worked out once.
struct SearchFacts: BitwiseCopyable {
    let identity: IdentityValues
    let methodBit: UInt64
    let port: UInt16
    let defaultPort: UInt16
    let isTunnel: Bool
    /// Only candidates without any of these traits are of interest.
    let excluded: Candidate.Traits
}

extension PolicyIndex {
    /// Decides about one request.
    ///
    /// The first matching policy in the total order decides; if none matches, the request is
    /// denied. The same query always gets the same verdict. The agent of `query` must be an
    /// index of the agents that the set was compiled with.
    public func decide(_ query: PolicyQuery) -> PolicyVerdict {
        let facts = facts(query, excluded: [])
        var best = BestMatch()
        switch query.kind {
        case .name: searchNames(query, facts, &best)
        case .address: searchBlocks(query.address, query, facts, &best)
        }
        search(anything, query, facts, &best)
        return best.verdict
    }

    func facts(_ query: PolicyQuery, excluded: Candidate.Traits) -> SearchFacts {
        let identities = self.identities.span
        return SearchFacts(
            identity: identities[Int(query.agent)],
            methodBit: methodBit(query),
            port: query.port,
            defaultPort: query.defaultPort,
            isTunnel: query.isTunnel,
            excluded: excluded
        )
    }

    func methodBit(_ query: PolicyQuery) -> UInt64 {
        if query.isTunnel { return MethodTable.tunnel }
        return methods.bit(of: query.method, text: text.bytes.span)
    }

    /// Searches the exact name and each suffix whose label count occurs in the set.
    private func searchNames(_ query: PolicyQuery, _ facts: SearchFacts, _ best: inout BestMatch) {
        let text = self.text.bytes.span
        let host = query.host
        search(names.find(host, hash: hash, text: text), query, facts, &best)
        guard suffixLabels != 0 else { return }
        var labels: UInt64 = 0
        var place = host.count
        while place > 0 {
            place -= 1
            guard host[place] == UInt8(ascii: ".") else { continue }
            labels = min(labels + 1, 63)
            guard suffixLabels &>> labels & 1 == 1 else { continue }
            let suffix = host.extracting((place + 1)..<host.count)
            search(suffixes.find(suffix, hash: hash, text: text), query, facts, &best)
        }
    }

    /// Searches each block that contains `address` and whose prefix length occurs in the set.
    func searchBlocks(
        _ address: IPAddress,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        let lengths = blocks.lengths.span
        for index in lengths.indices {
            let node = blocks.find(address, length: lengths[index], hash: hash)
            search(node, query, facts, &best)
        }
    }

    /// Walks the candidates of `node` that can be about this request.
    private func search(
        _ node: Node,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        switch node.split {
        case .none: walk(node.run, query, facts, &best)
        case .identity: searchIdentityParts(node, query, facts, &best)
        case .path: searchPathParts(node.number, query, facts, &best)
        }
    }

    private func searchIdentityParts(
        _ parent: Node,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        func search(_ key: PartTable.Key) {
            self.search(parts.find(parent.number, key, hash: hash), query, facts, &best)
        }
        let dimensions = parent.dimensions
        if dimensions & 1 != 0 { search(.identity(.agent, facts.identity.agent)) }
        if dimensions & 2 != 0 { search(.identity(.team, facts.identity.team)) }
        if dimensions & 4 != 0 { search(.identity(.project, facts.identity.project)) }
        if dimensions & 8 != 0 { search(.identity(.environment, facts.identity.environment)) }
        if dimensions & 16 != 0 { search(.everybody) }
    }

    private func searchPathParts(
        _ parent: Int32,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        if facts.isTunnel { return walkPart(parent, .tunnels, query, facts, &best) }
        walkPart(parent, .pathless, query, facts, &best)
        if query.path.firstIndex(of: UInt8(ascii: ";")) != nil {
            let bare = BarePath(query.path)
            let front = bare.bytes.span.extracting(0..<bare.count)
            searchPrefixes(of: front, parent, query, facts, &best)
        } else {
            searchPrefixes(of: query.path, parent, query, facts, &best)
        }
    }

    /// Searches the part of each prefix of `path` that ends at a segment boundary, and whose
    /// length occurs in the set.
    private func searchPrefixes(
        of path: Span<UInt8>,
        _ parent: Int32,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        let slash = UInt8(ascii: "/")
        let lengths = pathLengths.span
        let end = min(path.count, PathPrefix.lengthMax)
        guard end > 0 else { return }
        for length in 1...end where lengths[length >> 6] &>> UInt64(length & 63) & 1 == 1 {
            let isBoundary = length == path.count || path[length] == slash
            guard isBoundary || path[length - 1] == slash else { continue }
            let key = PartTable.Key.path(hash.hash(path.extracting(0..<length)))
            walkPart(parent, key, query, facts, &best)
        }
    }

    private func walkPart(
        _ parent: Int32,
        _ key: PartTable.Key,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        walk(parts.find(parent, key, hash: hash).run, query, facts, &best)
    }

    /// Walks one run in total order and stops where nothing better can follow.
    private func walk(
        _ run: FlatRange,
        _ query: PolicyQuery,
        _ facts: SearchFacts,
        _ best: inout BestMatch
    ) {
        let candidates = self.candidates.span
        for index in run.indices {
            let candidate = candidates[index]
            if candidate.rank >= best.enforced { return }
            guard applies(candidate, query, facts) else { continue }
            best.note(
                candidate.rank,
                allows: candidate.traits.contains(.allows),
                isObserved: candidate.traits.contains(.observed)
            )
        }
    }
}
