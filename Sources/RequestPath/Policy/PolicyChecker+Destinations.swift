// The fields about where: destinations, their groups, and the blocks behind names.

import ClawgressModel

extension PolicyChecker {
    mutating func readGroup(_ name: String, _ entries: [String]) {
        let field = "destination_groups.\(name)"
        if !Identifier.isValid(name) { report(field, "`\(name)` is no id; \(Self.idGrammar)") }
        if entries.isEmpty { report(field, "is empty") }
        var patterns: [DestinationPattern] = []
        for (index, entry) in entries.enumerated() {
            if entry.hasPrefix(Self.groupPrefix) {
                report("\(field)[\(index)]", "`\(entry)` is a group; groups do not nest")
            } else if let pattern = readPattern(entry, "\(field)[\(index)]") {
                patterns.append(pattern)
                if pattern.isBroad { broadGroups[name] = entry }
            }
        }
        groups[name] = patterns
    }

    mutating func readDestinations(_ policy: Policy) -> [DestinationPattern]? {
        guard let entries = policy.match.destination else {
            // Absence is broader than `*`: it would be odd to ask for one mark and not the other.
            if policy.action == .allow, !policy.allowBroad {
                report("match.destination", "is absent, which allows everything; \(Self.broadHint)")
            }
            return nil
        }
        if entries.isEmpty { report("match.destination", "is empty; leave it out for anywhere") }
        var patterns: [DestinationPattern] = []
        for (index, entry) in entries.enumerated() {
            let field = "match.destination[\(index)]"
            if entry.hasPrefix(Self.groupPrefix) {
                patterns += expand(entry, field, policy)
            } else if let pattern = readPattern(entry, field) {
                patterns.append(pattern)
                if pattern.isBroad, !policy.allowBroad {
                    report(field, "`\(entry)` is very broad; \(Self.broadHint)")
                }
            }
        }
        return patterns
    }

    private mutating func expand(
        _ entry: String,
        _ field: String,
        _ policy: Policy
    ) -> [DestinationPattern] {
        let name = String(entry.dropFirst(Self.groupPrefix.count))
        guard let patterns = groups[name] else {
            report(field, "there is no destination group `\(name)`")
            return []
        }
        if let broad = broadGroups[name], !policy.allowBroad {
            report(field, "group `\(name)` has `\(broad)`, which is very broad; \(Self.broadHint)")
        }
        return patterns
    }

    private mutating func readPattern(_ entry: String, _ field: String) -> DestinationPattern? {
        do throws(PatternError) {
            return try DestinationPattern(entry)
        } catch {
            report(field, "`\(entry)` \(error.problem)")
            return nil
        }
    }

    mutating func checkTunnelContent(
        _ policy: Policy,
        _ destinations: [DestinationPattern]?
    ) {
        guard policy.tls == .any else { return }
        let everyPort = DestinationPattern.Ports.range(1, 65_535)
        let isExplicit = destinations?.allSatisfy { $0.ports != .defaults && $0.ports != everyPort }
        if isExplicit != true {
            report("tls", "`any` needs an explicit port on every destination, such as `host:22`")
        }
        if policy.ech == .refuse {
            report("ech", "`refuse` needs `tls: require`; with `any` no tunnel is looked into")
        }
    }

    mutating func readBlocks(
        _ entries: [String]?,
        action: Policy.Action
    ) -> [AddressBlock] {
        guard let entries else { return [] }
        if entries.isEmpty {
            report("resolves_to", "is empty; leave it out for public addresses only")
        }
        if action == .deny { report("resolves_to", "is about allowing; a deny has no use for it") }
        var blocks: [AddressBlock] = []
        for (index, entry) in entries.enumerated() {
            if let block = AddressBlock(entry), block.prefixLength > 0 {
                blocks.append(block)
            } else {
                let hint = "write `10.0.0.0/8`, with no bits set after the prefix"
                report("resolves_to[\(index)]", "`\(entry)` is no address block; \(hint)")
            }
        }
        return blocks
    }

    private static var groupPrefix: String { "group:" }
    private static var broadHint: String { "set `allow_broad: true` if that is meant" }
}
