// A source is good if the gateway's own indexes take it. They are compiled here with the same
// code, so that nothing can be published that a gateway would refuse.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import ClawgressPolicy
import Yams

extension SourceReader {
    /// Compiles the policy set and reports its problems at their lines.
    func compile(
        _ placed: [PlacedPolicy],
        agents: [Agent],
        groups: [String: [String]],
        root: Node
    ) {
        var generator = SystemRandomNumberGenerator()
        do throws(PolicyCompileError) {
            _ = try PolicyIndex(
                policies: placed.map(\.policy),
                agents: agents,
                destinationGroups: groups,
                hash: KeyedHash(using: &generator)
            )
        } catch {
            for problem in error.problems {
                let home = placed.last { $0.policy.policyID == problem.policyID }?.node ?? root
                report(problem.description, at: Self.descend(problem.field, from: home))
            }
        }
    }

    /// Compiles one issuer, to report its problems where it stands.
    func compile(_ issuer: TokenIssuer, at node: Node) {
        var generator = SystemRandomNumberGenerator()
        do throws(IdentityCompileError) {
            _ = try IdentityIndex(
                agents: [],
                issuers: [issuer],
                hash: KeyedHash(using: &generator),
                now: 0
            )
        } catch {
            report(error.description, at: node)
        }
    }

    /// The node of a field such as `match.destination[2]`, or the nearest one above it.
    private static func descend(_ field: String, from home: Node) -> Node {
        var node = home
        for part in field.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
            switch node {
            case .mapping(let mapping):
                guard
                    let value = mapping.first(where: { $0.key.scalar?.string == String(part) })?
                        .value
                else { return node }
                node = value
            case .sequence(let sequence):
                guard let place = Int(part), sequence.indices.contains(place) else { return node }
                node = sequence[place]
            case .scalar, .alias:
                return node
            }
        }
        return node
    }
}
