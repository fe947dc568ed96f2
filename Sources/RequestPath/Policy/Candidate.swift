// The unit that the search walks over. It holds the conditions that nearly every policy has,
// so that a policy that does not apply is usually dismissed without a second memory access.

/// A policy under one of its destinations, reduced to what a search needs first.
struct Candidate: BitwiseCopyable {
    /// What a candidate is, beside its conditions.
    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        /// The policy allows; otherwise it denies.
        static let allows = Traits(rawValue: 1)
        /// The policy never decides.
        static let observed = Traits(rawValue: 2)
        /// The identity lists of the policy's rule must be consulted.
        static let hasIdentityLists = Traits(rawValue: 4)
        /// The policy has path prefixes, which plain requests must satisfy.
        static let hasPaths = Traits(rawValue: 8)
        /// The policy has a time window.
        static let hasWindow = Traits(rawValue: 16)
        /// Conditions beyond method, port and one identity value.
        static let needsRule: Traits = [.hasIdentityLists, .hasPaths, .hasWindow]
    }

    /// One bit per method that the policy covers; see ``MethodTable``.
    var methods: UInt64
    /// The policy's place in the total order.
    var rank: Int32
    /// The one identity value that must hold in ``dimension``.
    var identityValue: Int32
    /// The ports of this destination.
    var ports: PortRange
    /// Which identity field ``identityValue`` is about; nil means none.
    var dimension: IdentityDimension?
    /// What else there is.
    var traits: Traits
}

/// The ports of a destination pattern, as two numbers.
struct PortRange: BitwiseCopyable, Equatable {
    let low: UInt16
    let high: UInt16

    /// Every port: the meaning of an absent destination.
    static var all: PortRange { PortRange(low: 0, high: .max) }
    /// 80 for plain requests, 443 for tunnels; recognised by being an empty range.
    static var defaults: PortRange { PortRange(low: 1, high: 0) }

    /// Whether `port` is meant, where `defaultPort` is the scheme's.
    func contains(_ port: UInt16, defaultPort: UInt16) -> Bool {
        if low > high { return port == defaultPort }
        return low <= port && port <= high
    }
}

/// The canonical identity fields, from the most to the least specific.
enum IdentityDimension: UInt8, BitwiseCopyable, CaseIterable {
    case agent, team, project, environment

    /// The field's name in policies and traces.
    var fieldName: String {
        switch self {
        case .agent: "agent_id"
        case .team: "team_id"
        case .project: "project_id"
        case .environment: "environment"
        }
    }
}

/// An agent's four identity fields as interned numbers.
struct IdentityValues: BitwiseCopyable {
    let agent: Int32
    let team: Int32
    let project: Int32
    let environment: Int32

    subscript(dimension: IdentityDimension) -> Int32 {
        switch dimension {
        case .agent: agent
        case .team: team
        case .project: project
        case .environment: environment
        }
    }
}

/// A part of a flat array.
///
/// `Range<Int>` is twice as large and not `BitwiseCopyable`.
struct FlatRange: BitwiseCopyable {
    let start: Int32
    let count: Int32

    init(start: Int, count: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.count = Int32(truncatingIfNeeded: count)
    }

    /// The absence of a list, which means "any".
    static var absent: FlatRange { FlatRange(start: -1, count: 0) }
    var isAbsent: Bool { start < 0 }
    var indices: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}
