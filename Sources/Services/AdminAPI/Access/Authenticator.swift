// From the `Authorization` field to a caller. A role is looked up in the active configuration for
// every request, so that taking it away holds from the next one on.

import ClawgressContract
import ClawgressMesh

/// Proves callers.
struct Authenticator: Sendable {
    let store: AdminStore
    let standings: Standings
    let clock: AdminClock
    let passwords = PasswordDesk()
    /// Failures; right credentials cost nothing.
    let failures: LoginBudgets

    /// The user of the bootstrap token in events; no configured user can have the name.
    static var bootstrapUser: String { "(bootstrap)" }

    /// Proves a request's caller.
    ///
    /// - Parameter field: the value of the `Authorization` field.
    /// - Throws: 401, or 429 for a source that failed too often.
    func caller(_ field: String?, source: String) throws(Refusal) -> Caller {
        guard let field else { throw .unauthorized }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            let secret = BearerSecret(String(parts[1])),
            let stored = try store.credential(secret.id), stored.kind == secret.kind,
            ConstantTime.equal(stored.digest, secret.digest),
            let role = try standings.role(of: stored, now: clock.seconds)
        else { throw fail(source) }
        try store.touch(stored, now: clock.seconds)
        return Caller(
            user: stored.user,
            role: role,
            kind: stored.kind,
            credentialID: stored.id,
            expiresAt: stored.expiresAt,
            source: source,
            scopes: stored.scopes
        )
    }

    /// The role of a user by its password, and the hash that the password was compared with: by the
    /// time that it matters, there may be another.
    ///
    /// - Throws: 401, or 429 for a source or user with too many failures.
    func login(
        _ user: String,
        _ password: String,
        source: String
    ) async throws(Refusal) -> (role: AdminRole, hash: PasswordHash) {
        // Taken before the slow comparison, and given back to whoever was right: otherwise guesses
        // that are made at once would all be let in by the budget of the first.
        let now = clock.microseconds()
        let stored = try store.password(of: user)
        let neighbourhood = Neighbourhood.name(of: source)
        let purse = failures.purse(
            of: user,
            from: neighbourhood,
            hasPassword: stored != nil,
            isKnown: try store.hasLoggedIn(user, from: neighbourhood)
        )
        if let seconds = purse.take(at: now) { throw .tooManyFailures(seconds) }
        let isRight = try await passwords.check(password, stored?.hash)
        guard isRight, let hash = stored?.hash, let role = try standings.role(of: user) else {
            throw .loginRefused
        }
        purse.giveBack(at: now)
        return (role, hash)
    }

    private func fail(_ source: String) -> Refusal {
        failures.source.take(Neighbourhood.name(of: source), at: clock.microseconds())
            .map(Refusal.tooManyFailures) ?? .unauthorized
    }
}

extension AdminRole {
    /// Whether everything that this role may do, `other` may do too.
    func isWithin(_ other: AdminRole) -> Bool {
        // An operator may not read the log, and an auditor changes nothing: neither is in the other.
        self == other || other == .admin || self == .readOnly
    }
}
