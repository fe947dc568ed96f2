// Who is asking, proved on every request.

import ClawgressContract

/// An operator whose credential was proved.
struct Caller: Sendable {
    let user: String
    let role: AdminRole
    let kind: AdminCredentialKind
    let credentialID: String
    let expiresAt: Int64
    /// Where the request came from.
    let source: String
    /// The parts of the API that the credential is limited to; nil for all of its role.
    var scopes: Set<AdminScope>?

    /// Whether the credential opens a part of the API.
    func has(_ scope: AdminScope) -> Bool { scopes?.contains(scope) ?? true }

    /// Whether the credential opens all that one with `others` does.
    func covers(_ others: Set<AdminScope>?) -> Bool {
        guard let scopes else { return true }
        return others.map { $0.isSubset(of: scopes) } ?? false
    }

    /// Nobody yet: for the routes that need no credential.
    static func anonymous(_ source: String) -> Caller {
        Caller(
            user: "",
            role: .readOnly,
            kind: .session,
            credentialID: "",
            expiresAt: 0,
            source: source
        )
    }
}

extension Set<AdminScope> {
    /// In the order in which they are declared.
    var ordered: [AdminScope] { AdminScope.allCases.filter { contains($0) } }
}
