// The rules once more, as plainly as they can be written: no tables, no order of probes, just
// every condition of every policy. The index must agree with this on random sets.

import ClawgressModel

/// Decides by testing every policy against the request.
struct NaiveEvaluator {
    /// What was decided: an action and the policy's id, nil for the default.
    struct Outcome: Equatable {
        var isAllowed: Bool
        var policyID: String?
    }

    let policies: [Policy]
    let groups: [String: [String]]

    init(_ set: PolicySet) {
        groups = set.groups
        policies = set.policies.sorted { first, second in
            if first.priority != second.priority { return first.priority < second.priority }
            if first.action != second.action { return first.action == .deny }
            return Array(first.policyID.utf8).lexicographicallyPrecedes(second.policyID.utf8)
        }
    }

    func decide(_ request: TestRequest, _ agent: Agent, enforcingObserved: Bool) throws -> Outcome {
        for policy in policies where policy.enabled {
            if policy.mode == .observe, !enforcingObserved { continue }
            if try matches(policy, request, agent, at: nil) {
                return Outcome(isAllowed: policy.action == .allow, policyID: policy.policyID)
            }
        }
        return Outcome(isAllowed: false, policyID: nil)
    }

    /// Whether a deny of a block that stands before the policy `id` covers `address`.
    func deniesAddress(
        _ address: IPAddress,
        before id: String,
        _ request: TestRequest,
        _ agent: Agent
    )
        throws -> Bool
    {
        for policy in policies where policy.enabled {
            if policy.policyID == id { return false }
            guard policy.action == .deny, policy.mode == .enforce else { continue }
            if try matches(policy, request, agent, at: address) { return true }
        }
        return false
    }

    private func matches(
        _ policy: Policy,
        _ request: TestRequest,
        _ agent: Agent,
        at address: IPAddress?
    ) throws -> Bool {
        let identity = policy.match.identity
        return try holds(identity?.agents, agent.agentID) && holds(identity?.teams, agent.teamID)
            && holds(identity?.projects, agent.projectID)
            && holds(identity?.environments, agent.environment)
            && holdsContent(policy, request) && holdsTime(policy.match.time, request.now)
            && holdsDestination(policy, request, at: address)
    }

    private func holds(_ list: [String]?, _ value: String) -> Bool {
        list?.contains(value) ?? true
    }

    private func holdsContent(_ policy: Policy, _ request: TestRequest) -> Bool {
        let methods = policy.match.method
        let paths = policy.match.pathPrefix
        if request.isTunnel {
            if policy.action == .allow {
                return paths == nil && (methods == nil || methods?.contains("CONNECT") == true)
            }
            if methods == nil, paths == nil { return true }
            return policy.tunnels == .apply
        }
        guard holds(methods, request.method) else { return false }
        guard let paths else { return true }
        return paths.contains { isPrefix($0, request.path) }
    }

    /// Segment by segment; parameters count only where the prefix spells them out.
    private func isPrefix(_ prefix: String, _ path: String) -> Bool {
        let wanted = prefix.split(separator: "/", omittingEmptySubsequences: false)
        let given = path.split(separator: "/", omittingEmptySubsequences: false)
        guard wanted.count <= given.count else { return false }
        for (index, (segment, other)) in zip(wanted, given).enumerated() {
            let isLast = index == wanted.count - 1
            if isLast, segment.isEmpty { return true }
            let bare = other.split(separator: ";", omittingEmptySubsequences: false)[0]
            let isEqual = segment == other || segment == bare
            guard isEqual || other.hasPrefix(segment + ";") else { return false }
        }
        return true
    }

    private func holdsDestination(
        _ policy: Policy,
        _ request: TestRequest,
        at address: IPAddress?
    ) throws -> Bool {
        guard let entries = policy.match.destination else { return address == nil }
        let texts = entries.flatMap { entry in
            entry.hasPrefix("group:") ? groups[String(entry.dropFirst(6))] ?? [] : [entry]
        }
        for text in texts {
            let pattern = try DestinationPattern(text)
            let isHost =
                address.map { isCovered($0, pattern.target) }
                ?? isCovered(request, pattern.target)
            if isHost, isCovered(request.port, request.isTunnel, pattern.ports) { return true }
        }
        return false
    }

    private func isCovered(_ address: IPAddress, _ target: DestinationPattern.Target) -> Bool {
        if case .block(let block) = target { return block.contains(address) }
        return false
    }

    private func isCovered(_ request: TestRequest, _ target: DestinationPattern.Target) -> Bool {
        switch target {
        case .anything: true
        case .name(let name): request.kind == .name && request.host == name
        case .below(let name): request.kind == .name && request.host.hasSuffix("." + name)
        case .block(let block): request.kind == .address && block.contains(request.address)
        }
    }

    private func isCovered(_ port: UInt16, _ isTunnel: Bool, _ ports: DestinationPattern.Ports)
        -> Bool
    {
        switch ports {
        case .defaults: port == (isTunnel ? 443 : 80)
        case .range(let low, let high): (low...high).contains(port)
        }
    }

    /// Minute by minute: whether a window that began in the last 24 hours still lasts.
    private func holdsTime(_ window: TimeWindow?, _ now: Int64) -> Bool {
        guard let window else { return true }
        func minutes(_ text: String) -> Int64 {
            let parts = text.split(separator: ":").map { Int64($0) ?? 0 }
            return parts[0] * 60 + parts[1]
        }
        var offset: Int64 = 0
        if window.zone != "UTC" {
            offset = minutes(String(window.zone.dropFirst()))
            if window.zone.hasPrefix("-") { offset = -offset }
        }
        let names = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"]
        let minute = now / 60 + offset
        let from = minutes(window.from)
        var length = minutes(window.to) - from
        if length <= 0 { length += 1_440 }
        for day in [minute / 1_440 - 1, minute / 1_440] {
            guard window.days?.contains(names[Int(day % 7)]) ?? true else { continue }
            let begin = day * 1_440 + from
            if minute >= begin, minute < begin + length { return true }
        }
        return false
    }
}
