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
