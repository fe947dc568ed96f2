// Who may change the operators themselves. Users stand in the configuration like everything else, so
// what their routes leave to admins must not be open to whoever may edit lines.

import ClawgressConfigTree
import ClawgressContract

extension ConfigurationDesk {
    /// Refuses changes of users by anybody but an admin, and by tokens that are not for that.
    ///
    /// Asked when a candidate is staged, and again when it is committed: it may be another caller's
    /// turn then.
    static func requireUsersUntouched(
        by caller: Caller,
        _ changes: [ConfigChange]
    ) throws(Refusal) {
        guard caller.role != .admin || !caller.has(.users) else { return }
        let users = changes.filter { $0.path.words.first == "user" }
        guard users.isEmpty else {
            throw caller.role == .admin
                ? .outOfScope(.users)
                : .usersForAdmins(caller.role, users.prefix(100).map(\.path.text))
        }
    }
}
