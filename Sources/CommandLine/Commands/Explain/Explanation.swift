// The answer to "what would happen, and why", as a value that is then printed or encoded.

import ClawgressBytes
import ClawgressModel
import ClawgressPolicy

/// What would happen to one request under one snapshot.
struct Explanation {
    let agent: Agent
    let target: ExplainTarget
    let trace: PolicyTrace
    /// The same with the method in capitals, because an origin may take it for that; nil if the
    /// method has no other letters, or is not allowed as it is.
    let capitals: PolicyTrace?
    /// Why the request ends before policy; nil if it comes so far.
    let earlierProblem: Reason?
    /// The agent's own quota, or the default; nil if there is none.
    let quota: Quota?
    /// What must flow in the tunnel; nil if none is opened.
    let tunnelContent: Policy.TunnelContent?
    /// What becomes of an encrypted ClientHello in it; nil if nobody looks for one.
    let encryptedHello: Policy.EncryptedHello?
    /// Seconds since 1970 UTC, for time windows.
    let time: Int64

    /// What decides: the method as it is, unless it is refused for what it is in capitals.
    var deciding: PolicyTrace {
        guard let capitals, !capitals.verdict.isAllowed else { return trace }
        return capitals
    }

    /// Whether the request may go on to the quota.
    var isAllowed: Bool { earlierProblem == nil && deciding.verdict.isAllowed }

    /// The reason code that the event would have.
    var reason: Reason { earlierProblem ?? deciding.verdict.reason }

    /// The policy that decides, or the reserved id.
    var policyID: String {
        if let reserved = reason.reservedPolicyID { return reserved.description }
        return deciding.entries.first { $0.decides }?.policyID ?? "default-deny"
    }

    /// What the observed policies would change; nil if nothing.
    var would: (decision: Decision, policyID: String)? {
        let would = deciding.verdict.would
        guard earlierProblem == nil, would.differs else { return nil }
        let place = Int(would.policy)
        let policyID =
            deciding.entries.indices.contains(place)
            ? deciding.entries[place].policyID : "default-deny"
        return (would.isAllowed ? .allow : .deny, policyID)
    }

    /// Works out what would happen.
    ///
    /// - Throws: `CommandFailure` for an undeclared agent, `PolicyCompileError` for a set that
    ///   no gateway would take.
    init(agentID: String, target: ExplainTarget, snapshot: Snapshot, time: Int64) throws {
        guard let place = snapshot.agents.firstIndex(where: { $0.agentID == agentID }) else {
            let names = snapshot.agents.map { "`\($0.agentID)`" }.joined(separator: ", ")
            throw CommandFailure(
                .data,
                "undeclared agent `\(agentID)`; declared are: \(names.isEmpty ? "none" : names)"
            )
        }
        var generator = SystemRandomNumberGenerator()
        let index = try PolicyIndex(
            policies: snapshot.policies,
            agents: snapshot.agents,
            destinationGroups: snapshot.destinationGroups,
            hash: KeyedHash(using: &generator)
        )
        agent = snapshot.agents[place]
        self.target = target
        self.time = time
        let port = target.isTunnel ? snapshot.settings.tunnel.refusal(ofPort: target.port) : nil
        earlierProblem = agent.status == .disabled ? .agentDisabled : port
        quota = snapshot.quotas.first { $0.agentID == agentID } ?? snapshot.defaultQuota
        let trace = index.explain(target, as: target.method, agent: Int32(place), time: time)
        let folded = target.method.uppercased()
        let mustFold = folded != target.method && trace.verdict.isAllowed
        capitals =
            mustFold ? index.explain(target, as: folded, agent: Int32(place), time: time) : nil
        self.trace = trace
        let opens = target.isTunnel && earlierProblem == nil && trace.verdict.isAllowed
        tunnelContent = opens ? index.tlsContent(trace.verdict.policy) : nil
        encryptedHello =
            tunnelContent == .require ? index.encryptedHello(trace.verdict.policy) : nil
    }
}

extension PolicyIndex {
    /// What policy says about a request with that method.
    fileprivate func explain(
        _ target: ExplainTarget,
        as method: String,
        agent: Int32,
        time: Int64
    ) -> PolicyTrace {
        let host = Array(target.host.utf8)
        let method = Array(method.utf8)
        let path = Array(target.path.utf8)
        return explain(
            PolicyQuery(
                agent: agent,
                host: host.span,
                kind: target.kind,
                address: target.address,
                port: target.port,
                isTunnel: target.isTunnel,
                method: method.span,
                path: path.span,
                now: time
            )
        )
    }
}
