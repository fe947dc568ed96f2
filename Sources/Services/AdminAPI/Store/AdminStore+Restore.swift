// What a backup must not bring back: credentials that were revoked or replaced since. Nobody can tell
// from the copy which those are, so all of them end, and somebody must be able to get in anew.

import ClawgressAudit
import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import ClawgressStorage
import Foundation
import GRDB

extension AdminStore {
    /// How long the token of a restore is good for.
    private static var wayInSeconds: Int64 { 3_600 }

    /// Ends every token and session of a copy, and makes an admin's token if no admin has a password.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    static func endAccess(in copy: Database, now: Int64) throws -> RestoredAccess {
        func count(_ kind: String) throws -> Int {
            try Int.fetchOne(
                copy,
                sql: "SELECT count(*) FROM credential WHERE kind = ?",
                arguments: [kind]
            ) ?? 0
        }
        let ended = (tokens: try count("token"), sessions: try count("session"))
        for table in ["credential", "candidate", "candidate_level", "repetition"] {
            try copy.execute(sql: "DELETE FROM \(table)")
        }
        let summary = "restored a backup: \(ended.tokens) tokens, \(ended.sessions) sessions ended"
        var note = AdminNote(.restore, .tokenRevoke, "(all)", summary, at: now * 1_000_000)
        note.role = nil
        try insert(note, copy)
        let wayIn = try wayIn(in: copy, now: now)
        return RestoredAccess(
            tokens: ended.tokens,
            sessions: ended.sessions,
            user: wayIn?.user,
            token: wayIn?.secret.fullText
        )
    }

    private static func wayIn(
        in copy: Database,
        now: Int64
    ) throws -> (user: String, secret: BearerSecret)? {
        let admins = try admins(in: copy)
        let open = try String.fetchSet(copy, sql: "SELECT user FROM password WHERE rounds > 0")
        guard let user = admins.sorted().first, open.isDisjoint(with: admins) else { return nil }
        let secret = BearerSecret.generate(.token)
        let token = StoredCredential(
            secret,
            user: user,
            name: "restore",
            role: .admin,
            createdAt: now,
            expiresAt: now + wayInSeconds
        )
        try insert(token, copy)
        return (user, secret)
    }

    /// The active admins of the copy, or whoever was let in first if no user is configured.
    private static func admins(in copy: Database) throws -> Set<String> {
        let text = try Data.fetchOne(
            copy,
            sql: """
                SELECT tree FROM revision WHERE id =
                    (SELECT revision FROM published ORDER BY number DESC LIMIT 1)
                """
        ).map { String(decoding: $0, as: UTF8.self) }
        let tree = try text.map { try ConfigTree(json: try StrictJSON.read($0)) }
        guard let tree, tree.node(at: ["user"]) != nil else {
            return try String.fetchSet(copy, sql: "SELECT user FROM password WHERE founder")
        }
        return Operators(tree).admins
    }
}

extension Caller {
    /// Whoever restores a backup: they have the machine, and need no credential.
    static var restore: Caller {
        Caller(
            user: "(restore)",
            role: .admin,
            kind: .session,
            credentialID: "",
            expiresAt: 0,
            source: "local"
        )
    }
}
