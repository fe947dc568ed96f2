// Logging in and out, operator tokens, passwords.

import ClawgressAudit
import ClawgressContract
import ClawgressMesh
import ClawgressModel
import HTTPTypes

extension AdminService {
    func ready() async throws(Refusal) -> AdminReply {
        guard try await desk.isSettled() else {
            throw .unavailable("a commit's outcome is not known yet")
        }
        return .text("ready\n")
    }

    func metrics() async throws(Refusal) -> AdminReply {
        let isReady = try await desk.isSettled()
        let text = """
            # HELP clawgress_ready whether every commit's outcome is known
            # TYPE clawgress_ready gauge
            clawgress_ready \(isReady ? 1 : 0)

            """
        return .text(
            text + counters.text(try store.keptSizes()) + shipping.metrics(at: clock.microseconds())
        )
    }

    func document() throws(Refusal) -> AdminReply {
        guard let openAPI else { throw .missing("document: `openapi_file` is not configured") }
        return AdminReply(
            .ok,
            fields: [.contentType: "application/yaml"],
            body: Array(openAPI.utf8)
        )
    }

    func login(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let user = try call.body.text("user", 1...Identifier.lengthMax)
        let password = try call.body.text("password", 1...PasswordHash.lengths.upperBound)
        let now = clock.seconds
        let source = call.caller.source
        let secret = BearerSecret.generate(.session)
        let expiresAt = now + limits.sessionSeconds
        let role: AdminRole
        do throws(Refusal) {
            let proved = try await authenticator.login(user, password, source: source)
            role = proved.role
            let caller = Caller(
                user: user,
                role: role,
                kind: .session,
                credentialID: secret.id,
                expiresAt: expiresAt,
                source: source
            )
            let session = StoredCredential(
                secret,
                user: user,
                name: "session from \(source)",
                role: nil,
                createdAt: now,
                expiresAt: expiresAt
            )
            let note = note(caller, .login, user, "session \(secret.id)")
            try store.begin(
                session,
                provedBy: proved.hash,
                from: Neighbourhood.name(of: source),
                countMax: limits.sessionsPerUser,
                note
            )
        } catch {
            // The name may be a password typed into the wrong field: only a configured one is kept.
            // Those that were not even looked at are counted by the first ones.
            guard error.problem.code == "login_refused" else { throw error }
            let known = try authenticator.standings.role(of: user) != nil
            try record(
                call.caller,
                .login,
                known ? user : "(unknown user)",
                "",
                refusal: error
            )
            throw error
        }
        return try .json(
            LoginAnswer(
                token: secret.fullText,
                expiresAt: AdminTime.text(expiresAt),
                user: user,
                role: role
            )
        ).secret()
    }

    func logout(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        guard call.caller.kind == .session else {
            throw .conflict(
                "no_session",
                "this credential is no session: revoke tokens by their id"
            )
        }
        try await audited(call, .logout, call.caller.user) { () throws(Refusal) in
            let id = call.caller.credentialID
            let note = note(call.caller, .logout, call.caller.user, "session \(id)")
            try store.revoke(id, now: clock.seconds, note)
        }
        return .noContent
    }

    func whoami(_ call: AdminCall) throws(Refusal) -> AdminReply {
        try .json(
            WhoAmI(
                user: call.caller.user,
                role: call.caller.role,
                kind: call.caller.kind,
                credentialID: call.caller.credentialID,
                expiresAt: AdminTime.text(call.caller.expiresAt),
                scopes: call.caller.scopes?.ordered
            )
        )
    }

    func tokens(_ call: AdminCall) throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let stored = try store.credentials(
            of: call.caller.role == .admin ? nil : call.caller.user,
            kind: .token,
            after: call.query["cursor"] ?? "",
            limit: limit + 1
        )
        let page = stored.prefix(limit).map { token in
            TokenSummary(
                id: token.id,
                name: token.name,
                user: token.user,
                role: token.role ?? .admin,
                scopes: token.scopes?.ordered,
                createdAt: AdminTime.text(token.createdAt),
                expiresAt: AdminTime.text(token.expiresAt),
                lastUsedAt: token.lastUsedAt.map(AdminTime.text),
                revokedAt: token.revokedAt.map(AdminTime.text)
            )
        }
        return try .json(Page(items: page, nextCursor: stored.count > limit ? page.last?.id : nil))
            .tagged(for: call)
    }

    func makeToken(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        guard let name = try call.body.optionalLine("name", 128) else {
            throw .body("`name` is missing")
        }
        let life =
            try call.body.optionalInteger("expires_seconds", 60...limits.tokenSecondsMax)
            ?? min(30 * 86_400, limits.tokenSecondsMax)
        let wanted = try call.body.optionalWord("role", AdminRole.self)
        let scopes = try wantedScopes(call)
        let isFirst = call.caller.kind == .bootstrap
        let user =
            try call.body.optionalText("user", 1...Identifier.lengthMax)
            ?? (isFirst ? "admin" : call.caller.user)
        let now = clock.seconds
        let secret = BearerSecret.generate(.token)
        let created = try await audited(call, .tokenCreate, user) { () throws(Refusal) in
            guard Identifier.isValid(user) else { throw .body("`user` must be an id") }
            guard user == call.caller.user || call.caller.role == .admin else {
                throw .forbidden(call.caller.role, .admins)
            }
            let found: AdminRole? =
                if isFirst { .admin } else { try authenticator.standings.role(of: user) }
            guard let standing = found else { throw .missing("user `\(user)`") }
            // A token made with a limited token is limited as well.
            let ceiling = user == call.caller.user ? call.caller.role : standing
            let role = wanted ?? ceiling
            guard role.isWithin(ceiling) else { throw .forbidden(ceiling, [role]) }
            guard call.caller.covers(scopes) else { throw .beyondOwnScopes }
            let token = StoredCredential(
                secret,
                user: user,
                name: name,
                role: role,
                scopes: scopes,
                createdAt: now,
                // A token does not outlive the one that it was made with.
                expiresAt: call.caller.kind == .token
                    ? min(now + life, call.caller.expiresAt) : now + life
            )
            let names = scopes?.ordered.map(\.rawValue).joined(separator: ", ")
            let summary =
                "\(secret.id) role \(role.rawValue)" + (names.map { ", for \($0)" } ?? "")
            let note = note(call.caller, .tokenCreate, user, summary)
            if isFirst {
                try foundable()
                try store.found(
                    token,
                    password: nil,
                    user: user,
                    bootstrap: call.caller.credentialID,
                    now: now,
                    note
                )
            } else {
                try store.add(token, countMax: limits.tokensPerUser, now: now, note)
            }
            return token
        }
        return try .json(
            TokenCreated(
                token: secret.fullText,
                id: secret.id,
                user: user,
                role: created.role ?? .readOnly,
                scopes: created.scopes?.ordered,
                expiresAt: AdminTime.text(created.expiresAt)
            ),
            .created
        ).secret()
    }

    /// What a new token is to be limited to; as its maker is, unless the body says more.
    private func wantedScopes(_ call: AdminCall) throws(Refusal) -> Set<AdminScope>? {
        let names = try call.body.optionalTexts("scopes", count: 1...16, 1...32)
        guard let names else { return call.caller.scopes }
        var scopes: Set<AdminScope> = []
        for name in names {
            guard let scope = AdminScope(rawValue: name) else {
                let list = AdminScope.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                throw .body("each of `scopes` must be one of \(list)")
            }
            scopes.insert(scope)
        }
        // Nobody else could make another one.
        guard call.caller.kind != .bootstrap else {
            throw .body("the first token cannot be limited to `scopes`")
        }
        return scopes
    }

    func revokeToken(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        try await audited(call, .tokenRevoke, call.id) { () throws(Refusal) in
            guard let token = try store.credential(call.id), token.kind == .token,
                token.user == call.caller.user || call.caller.role == .admin
            else { throw .missing("token `\(call.id.prefix(64))`") }
            // Nothing but itself, if it may do less than the other.
            let role = token.role ?? .admin
            guard token.id == call.caller.credentialID || role.isWithin(call.caller.role) else {
                throw .forbidden(call.caller.role, [role])
            }
            guard token.id == call.caller.credentialID || call.caller.covers(token.scopes) else {
                throw .beyondOwnScopes
            }
            let note = note(call.caller, .tokenRevoke, call.id, "token of \(token.user)")
            try store.revoke(token.id, now: clock.seconds, note)
        }
        return .noContent
    }

    func setPassword(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let password = try call.body.text("password", PasswordHash.lengths)
        let user = call.id
        let isFirst = call.caller.kind == .bootstrap
        try await audited(call, .userPassword, user) { () async throws(Refusal) in
            guard Identifier.isValid(user) else { throw .missing("such user") }
            guard user == call.caller.user || call.caller.role == .admin else {
                throw .forbidden(call.caller.role, .admins)
            }
            let standing: AdminRole? =
                if isFirst { .admin } else { try authenticator.standings.role(of: user) }
            guard let standing else { throw .missing("user `\(user)` in the active revision") }
            // With a password, whoever sets it has all that the user may do.
            guard standing.isWithin(call.caller.role) else {
                throw .forbidden(call.caller.role, [standing])
            }
            guard call.caller.scopes == nil else { throw .beyondOwnScopes }
            let hash = try await authenticator.passwords.hash(password)
            let note = note(call.caller, .userPassword, user, "")
            if isFirst {
                try foundable()
                try store.found(
                    nil,
                    password: (user, hash),
                    user: user,
                    bootstrap: call.caller.credentialID,
                    now: clock.seconds,
                    note
                )
            } else {
                try store.setPassword(hash, of: user, now: clock.seconds, note)
            }
        }
        return .noContent
    }

    /// The bootstrap token makes the first user, and nobody once users are configured.
    private func foundable() throws(Refusal) {
        guard case .noUsers = desk.standings.operators.standing(of: "") else {
            throw .conflict("bootstrap_over", "users are configured: log in as one of them")
        }
    }
}
