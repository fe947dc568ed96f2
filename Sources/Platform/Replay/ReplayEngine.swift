// A configuration that recorded requests are judged by: the index that gateways decide with, and around
// it what of a gateway's order of judgement does not need the network.

public import ClawgressBytes
public import ClawgressModel
import ClawgressPolicy

/// What a configuration says about a recorded request.
public struct Judgement: Sendable, Equatable {
    /// Whether it would be let through.
    public let isAllowed: Bool
    /// The policy that would decide, or the reserved id.
    public let policyID: String
    /// Why.
    public let reason: Reason
    /// What the observed policies would change, were they enforced; nil if nothing.
    public let would: Would?

    /// A verdict with the observed policies enforced.
    public struct Would: Sendable, Equatable {
        /// Whether it would be let through then.
        public let isAllowed: Bool
        /// The policy that would decide then.
        public let policyID: String
    }
}

/// No gateway would take the configuration.
public struct ReplayRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for each problem.
    public let problems: [String]

    /// One line for each problem.
    public var description: String { problems.joined(separator: "\n") }
}

/// Judges recorded requests by a snapshot.
///
/// The agent is the one that was proved, with team, project and environment as the snapshot has them
/// now, at the time that was recorded. Its credential is not judged: agents change keys. Quotas and
/// limits are not either: they depend on what else is under way.
public struct ReplayEngine: Sendable {
    private let policies: PolicyIndex
    /// Places in the registry, and whether the agent may ask at all.
    private let agents: [String: (place: Int32, isActive: Bool)]
    private let staticHosts: [String: [IPAddress]]
    private let protected: [AddressBlock]
    private let tunnel: TunnelSettings

    /// Compiles a snapshot, once.
    ///
    /// - Parameter hash: a hash with a random key.
    /// - Throws: `ReplayRefusal` for a policy set that gateways refuse.
    public init(_ snapshot: Snapshot, hash: KeyedHash) throws(ReplayRefusal) {
        do throws(PolicyCompileError) {
            policies = try PolicyIndex(
                policies: snapshot.policies,
                agents: snapshot.agents,
                destinationGroups: snapshot.destinationGroups,
                hash: hash
            )
        } catch {
            throw ReplayRefusal(problems: error.problems.map(\.description))
        }
        var agents: [String: (place: Int32, isActive: Bool)] = [:]
        for (place, agent) in snapshot.agents.enumerated() {
            agents[agent.agentID] = (Int32(place), agent.status == .active)
        }
        self.agents = agents
        staticHosts = snapshot.settings.staticHosts.mapValues { $0.compactMap { IPAddress($0) } }
        protected = snapshot.settings.protectedAddresses.compactMap { AddressBlock($0) }
        tunnel = snapshot.settings.tunnel
    }

    /// What the snapshot says about a request.
    ///
    /// In the gateway's order: the agent, the ports of tunnels, policy on the name, the same with the
    /// method in capitals, then the addresses that are known.
    public func judge(_ request: RecordedRequest) -> Judgement {
        guard let agent = agents[request.agentID] else { return refused(.agentUnknown) }
        guard agent.isActive else { return refused(.agentDisabled) }
        if request.isTunnel, let reason = tunnel.refusal(ofPort: request.port) {
            return refused(reason)
        }
        let (host, path) = (Array(request.host.utf8), Array(request.path.utf8))
        let method = Array(request.method.utf8)
        let query = Self.query(request, agent.place, host.span, method.span, path.span)
        let verdict = policies.decide(query)
        guard verdict.isAllowed else { return judgement(verdict) }
        // An origin may take the method for the one in capitals, so that one must be allowed too.
        let capitals = method.map { ASCII.isLetter($0) ? $0 & 0xDF : $0 }
        if capitals != method {
            let folded = policies.decide(
                Self.query(request, agent.place, host.span, capitals.span, path.span)
            )
            guard folded.isAllowed else { return judgement(folded) }
        }
        let reason = addressRefusal(known(request), allowedBy: verdict.policy, query)
        return reason.map(refused) ?? judgement(verdict)
    }

    /// The addresses that the snapshot fixes for a name.
    public func fixedAddresses(of host: String) -> [IPAddress] { staticHosts[host] ?? [] }

    @_lifetime(copy host, copy method, copy path)
    private static func query(
        _ request: RecordedRequest,
        _ agent: Int32,
        _ host: Span<UInt8>,
        _ method: Span<UInt8>,
        _ path: Span<UInt8>
    ) -> PolicyQuery {
        PolicyQuery(
            agent: agent,
            host: host,
            kind: request.literal == nil ? .name : .address,
            address: request.literal ?? IPAddress(high: 0, low: 0),
            port: request.port,
            isTunnel: request.isTunnel,
            method: method,
            path: path,
            now: request.seconds
        )
    }

    private func judgement(_ verdict: PolicyVerdict) -> Judgement {
        Judgement(
            isAllowed: verdict.isAllowed,
            policyID: name(verdict.policy),
            reason: verdict.reason,
            would: verdict.would.differs
                ? .init(isAllowed: verdict.would.isAllowed, policyID: name(verdict.would.policy))
                : nil
        )
    }

    private func refused(_ reason: Reason) -> Judgement {
        Judgement(
            isAllowed: false,
            policyID: reason.reservedPolicyID?.description ?? "default-deny",
            reason: reason,
            would: nil
        )
    }

    private func name(_ policy: Int32) -> String {
        String(decoding: policies.policyID(policy), as: UTF8.self)
    }
}

// MARK: - Addresses

extension ReplayEngine {
    /// The addresses that are known without asking a name server: the literal, those that the
    /// snapshot fixes, or the one that was recorded.
    private func known(_ request: RecordedRequest) -> [IPAddress] {
        if let literal = request.literal { return [literal] }
        return staticHosts[request.host] ?? request.address.map { [$0] } ?? []
    }

    /// Why none of the addresses may be dialled; nil if one may, or none is known.
    private func addressRefusal(
        _ addresses: [IPAddress],
        allowedBy policy: Int32,
        _ query: PolicyQuery
    ) -> Reason? {
        var refusal: Reason?
        for address in addresses {
            let reason =
                isProtected(address)
                ? .addressProtected
                : policies.addressVerdict(allowedBy: policy, query, resolved: address)
            guard let reason else { return nil }
            refusal = reason
        }
        return refusal
    }

    private func isProtected(_ address: IPAddress) -> Bool {
        [address, address.carriedV4].compactMap { $0 }.contains { each in
            protected.contains { $0.contains(each) }
        }
    }
}
