// How many wrong passwords there may be. Guessing must be slow, and no stranger may keep anybody out: so
// a source from where a user has logged in before does not pay for others' guesses.

/// The budgets of logins.
struct LoginBudgets: Sendable {
    /// Failures of one source, whatever it failed at.
    let source: Budgets
    /// Failures for a user from all sources that the user never logged in from.
    private let strangers: Budgets
    /// Failures for a user from one source that the user has logged in from.
    private let known: Budgets
    /// Failures for names that have no password.
    ///
    /// Nothing is protected by them, but without them the answers would tell which names have one.
    private let nobody: Budgets

    init(sourcePerMinute: Int, userPerMinute: Int) {
        source = Budgets(perMinute: sourcePerMinute)
        strangers = Budgets(perMinute: userPerMinute)
        known = Budgets(perMinute: userPerMinute)
        nobody = Budgets(perMinute: userPerMinute)
    }

    /// What one login pays with.
    struct Purse: Sendable {
        fileprivate let source: Budgets
        fileprivate let sourceName: String
        fileprivate let user: Budgets
        fileprivate let userName: String

        /// Takes from both; or says how many seconds to wait.
        ///
        /// A source that has nothing left costs the user nothing.
        func take(at microseconds: Int64) -> Int? {
            source.take(sourceName, at: microseconds) ?? user.take(userName, at: microseconds)
        }

        func giveBack(at microseconds: Int64) {
            source.giveBack(sourceName, at: microseconds)
            user.giveBack(userName, at: microseconds)
        }
    }

    /// - Parameters:
    ///   - hasPassword: whether `user` is one who could log in.
    ///   - isKnown: whether that user has logged in from `neighbourhood` before.
    func purse(
        of user: String,
        from neighbourhood: String,
        hasPassword: Bool,
        isKnown: Bool
    ) -> Purse {
        Purse(
            source: source,
            sourceName: neighbourhood,
            user: isKnown ? known : hasPassword ? strangers : nobody,
            userName: isKnown ? "\(user) \(neighbourhood)" : user
        )
    }
}
