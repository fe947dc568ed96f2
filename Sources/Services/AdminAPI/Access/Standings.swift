// Who may do what, as the active configuration says. The table lies beside the desk and not on it, so
// that nobody's credential waits while somebody else's large configuration is worked on.

import ClawgressConfigTree
import ClawgressContract
import Synchronization

/// What the active configuration says of a user.
enum Standing: Sendable {
    case role(AdminRole)
    case none
    /// No user is configured at all.
    case noUsers
}

/// The operators of the active configuration.
final class Operators: Sendable {
    /// Nil while none is configured.
    private let roles: Mutex<[String: AdminRole]?>

    init(_ active: ConfigTree) { roles = Mutex(Self.roles(in: active)) }

    /// Takes over what a new configuration says.
    func replace(with active: ConfigTree) {
        let new = Self.roles(in: active)
        roles.withLock { $0 = new }
    }

    func standing(of user: String) -> Standing {
        roles.withLock { roles in
            guard let roles else { return .noUsers }
            return roles[user].map(Standing.role) ?? Standing.none
        }
    }

    /// Everybody who may do everything.
    var admins: Set<String> {
        roles.withLock { Set(($0 ?? [:]).filter { $0.value == .admin }.keys) }
    }

    private static func roles(in tree: ConfigTree) -> [String: AdminRole]? {
        tree.node(at: ["user"])?.children.compactMapValues { entry in
            entry["status"]?.value?.word == "disabled"
                ? nil : entry["role"]?.value.flatMap { AdminRole(rawValue: $0.word) }
        }
    }
}

/// Roles of users and of credentials, looked up anew whenever they matter.
struct Standings: Sendable {
    let store: AdminStore
    let operators: Operators

    /// A user's role now; nil for one that is not configured or disabled.
    func role(of user: String) throws(Refusal) -> AdminRole? {
        switch operators.standing(of: user) {
        case .role(let role): return role
        case .none: return nil
        case .noUsers:
            // Until users are configured, whoever the bootstrap token let in must be able to.
            return try store.password(of: user)?.isFounder == true ? .admin : nil
        }
    }

    /// What a credential may do now; nil for one that has ended or whose user may do less than it.
    func role(of stored: StoredCredential, now: Int64) throws(Refusal) -> AdminRole? {
        guard stored.revokedAt == nil, now < stored.expiresAt else { return nil }
        if stored.kind == .bootstrap { return .admin }
        guard let role = try role(of: stored.user) else { return nil }
        guard let limit = stored.role else { return role }
        return limit.isWithin(role) ? limit : nil
    }

    /// Refuses a caller who is not what they were when they came to the door.
    ///
    /// Asked of those who had to wait for their turn: meanwhile they may have been removed.
    func requireStill(_ caller: Caller, now: Int64) throws(Refusal) {
        guard let stored = try store.credential(caller.credentialID),
            let role = try role(of: stored, now: now)
        else { throw .unauthorized }
        guard caller.role.isWithin(role) else { throw .forbidden(role, [caller.role]) }
    }
}
