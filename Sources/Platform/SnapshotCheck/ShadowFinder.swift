// Finds policies that never decide because an earlier one decides all that they match. Each is
// held only against those that are filed under something that it needs: a destination that covers
// its own, and one of its identity values and path segments, or none.

import ClawgressModel

/// A bound on work, so that no set of policies can make a report take minutes.
struct StepBudget {
    private(set) var left: Int

    init(_ steps: Int) {
        left = steps
    }

    /// Whether the work may be done; nothing more may be once this was false.
    mutating func spend(_ steps: Int) -> Bool {
        left = left > steps ? left - steps : 0
        return left > 0
    }
}

/// Remembers policies in their order and finds one that covers a later one.
struct ShadowFinder {
    /// What a policy that covers another one must have.
    private struct Key: Hashable {
        /// Nil for anywhere.
        let target: DestinationPattern.Target?
        /// The most selective identity condition; nil for anyone.
        let identity: IdentityValue?
        /// The first segment of a path; nil for any path.
        let segment: [UInt8]?
    }

    private struct IdentityValue: Hashable {
        let dimension: Int
        let value: String
    }

    private var scopes: [PolicyScope] = []
    private var filed: [Key: [Int]] = [:]

    /// A remembered policy that covers `scope`; nil if there is none or the budget is used up.
    func coverer(of scope: PolicyScope, _ budget: inout StepBudget) -> PolicyScope? {
        var targets: [DestinationPattern.Target?] = [nil]
        if let first = scope.patterns?.first { targets += first.target.ancestors.map { $0 } }
        var identities: [IdentityValue?] = [nil]
        for (dimension, values) in scope.identities.enumerated() {
            guard let value = values?.min() else { continue }
            identities.append(IdentityValue(dimension: dimension, value: value))
        }
        var segments: Set<[UInt8]?> = [nil]
        if let first = scope.paths?.first { segments.insert(Self.segment(first)) }
        for target in targets {
            for identity in identities {
                for segment in segments {
                    let key = Key(target: target, identity: identity, segment: segment)
                    for place in filed[key] ?? [] {
                        let cost = 1 + (scope.patterns?.count ?? 0)
                        guard budget.spend(cost) else { return nil }
                        if scopes[place].covers(scope) { return scopes[place] }
                    }
                }
            }
        }
        return nil
    }

    /// Remembers a policy that decides.
    mutating func add(_ scope: PolicyScope, _ budget: inout StepBudget) {
        var targets: Set<DestinationPattern.Target?> = [nil]
        if let patterns = scope.patterns { targets = Set(patterns.map { $0.target }) }
        var values: [IdentityValue?] = [nil]
        if let dimension = scope.identities.firstIndex(where: { $0 != nil }),
            let names = scope.identities[dimension]
        {
            values = names.map { IdentityValue(dimension: dimension, value: $0) }
        }
        var segments: Set<[UInt8]?> = [nil]
        if let paths = scope.paths { segments = Set(paths.map { Self.segment($0) }) }
        guard budget.spend(targets.count * values.count * segments.count) else { return }
        scopes.append(scope)
        for target in targets {
            for value in values {
                for segment in segments {
                    let key = Key(target: target, identity: value, segment: segment)
                    filed[key, default: []].append(scopes.count - 1)
                }
            }
        }
    }

    /// The first segment of a path without its parameters; nil for the root, which covers all.
    private static func segment(_ path: [UInt8]) -> [UInt8]? {
        let rest = path.dropFirst()
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ";") }
        let segment = Array(rest[..<(end ?? rest.endIndex)])
        return segment.isEmpty ? nil : segment
    }
}
