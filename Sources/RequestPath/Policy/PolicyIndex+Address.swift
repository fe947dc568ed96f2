// The second look, after a name was resolved: a policy that allowed a name did not thereby
// allow every address that the name's owner cares to publish.

public import ClawgressModel

extension PolicyIndex {
    /// Whether the policy that allowed `query` lets it go to `address`.
    ///
    /// - A special-purpose address behind a name needs a block in the policy's `resolves_to`;
    ///   as an IP literal it needs a block or literal among the destinations that matched.
    ///   `*`, and a block of length 0, name no place.
    /// - An IPv6 address that carries an IPv4 one needs that for both.
    /// - An enforced deny of a block applies to every resolved address, under the same
    ///   identity, port, method and time; as everywhere, the total order decides whether it
    ///   comes before the policy that allowed.
    ///
    /// - Parameters:
    ///   - policy: the ordinal from an allowing verdict about `query`.
    ///   - query: the request.
    ///   - address: one of the addresses that may be dialled; the literal itself for literals.
    /// - Returns: why the address may not be dialled; nil if it may.
    public func addressVerdict(
        allowedBy policy: Int32,
        _ query: PolicyQuery,
        resolved address: IPAddress
    ) -> Reason? {
        if let reason = refusal(of: address, policy, query) { return reason }
        guard let carried = address.carriedV4 else { return nil }
        return refusal(of: carried, policy, query)
    }

    private func refusal(
        of address: IPAddress,
        _ policy: Int32,
        _ query: PolicyQuery
    ) -> Reason? {
        if isDenied(address, before: policy, query) { return .addressDeniedByPolicy }
        guard let reason = AddressClass.of(address).reason else { return nil }
        let rules = self.rules.span
        let rule = rules[Int(policy)]
        let isNamed =
            query.kind == .name
            ? resolvesTo(rule, address) : destinationNames(rule, address, query)
        return isNamed ? nil : reason
    }

    private func isDenied(
        _ address: IPAddress,
        before policy: Int32,
        _ query: PolicyQuery
    ) -> Bool {
        guard hasBlockDenies else { return false }
        var best = BestMatch(before: policy)
        // An observed deny is met too, but never decides.
        let facts = facts(query, excluded: .allows)
        searchBlocks(address, query, facts, &best)
        return best.enforced < policy
    }

    private func resolvesTo(_ rule: Rule, _ address: IPAddress) -> Bool {
        let blocks = self.resolvable.span
        for index in rule.resolvesTo.indices where blocks[index].contains(address) {
            return true
        }
        return false
    }

    private func destinationNames(
        _ rule: Rule,
        _ address: IPAddress,
        _ query: PolicyQuery
    ) -> Bool {
        let destinations = self.destinations.span
        for index in rule.destinations.indices where destinations[index].names(address) {
            let ports = destinations[index].ports
            if ports.contains(query.port, defaultPort: query.defaultPort) { return true }
        }
        return false
    }
}
