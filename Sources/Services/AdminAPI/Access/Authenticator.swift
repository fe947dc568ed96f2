// From the `Authorization` field to a caller. A role is looked up in the active configuration for
// every request, so that taking it away holds from the next one on.

import ClawgressContract

/// Proves callers.
struct Authenticator: Sendable {
    let store: AdminStore
    let standings: Standings
    let clock: AdminClock
    let passwords = PasswordDesk()
    /// Failures of one source, right credentials excepted.
    let sourceFailures: Budgets
    /// Failed logins of one user, wherever they came from.
    let userFailures: Budgets

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
            source: source
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
        if let seconds = sourceFailures.take(source, at: now) ?? userFailures.take(user, at: now) {
            throw .tooManyFailures(seconds)
        }
        let stored = try store.password(of: user)
        let isRight = try await passwords.check(password, stored?.hash)
        guard isRight, let hash = stored?.hash, let role = try standings.role(of: user) else {
            throw .loginRefused
        }
        sourceFailures.giveBack(source, at: now)
        userFailures.giveBack(user, at: now)
        return (role, hash)
    }

    private func fail(_ source: String) -> Refusal {
        sourceFailures.take(source, at: clock.microseconds()).map(Refusal.tooManyFailures)
            ?? .unauthorized
    }
}

extension AdminRole {
    /// Whether everything that this role may do, `other` may do too.
    func isWithin(_ other: AdminRole) -> Bool {
        (Self.allCases.firstIndex(of: self) ?? 0) >= (Self.allCases.firstIndex(of: other) ?? 0)
    }
}
