// Every way in which a request is refused, with its status, its stable code and the way out. A
// code that was shipped never changes its meaning.

import ClawgressConfigTree
import ClawgressContract
import HTTPTypes

/// A refusal on its way to the client.
struct Refusal: Error, Sendable {
    var problem: Problem
    /// Fields that the status asks for, such as `Retry-After`.
    var fields: HTTPFields = [:]
    /// Whether what was asked for may have been done, or be done yet.
    var leavesOutcomeOpen = false
    /// Whether its event is noted, or will be when the outcome is known.
    var hasEvent = false

    init(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ detail: String,
        errors: [ProblemItem]? = nil,
        paths: [String]? = nil,
        refusals: [RolloutEntry]? = nil
    ) {
        problem = Problem(
            status: status.code,
            title: status.reasonPhrase,
            code: code,
            detail: detail,
            errors: errors,
            paths: paths,
            refusals: refusals
        )
    }

    private func with(_ name: HTTPField.Name, _ value: String) -> Refusal {
        var refusal = self
        refusal.fields[name] = value
        return refusal
    }
}

// What is wrong with the request itself.
extension Refusal {
    static let notFound = Refusal(.notFound, "not_found", "nothing is at this path")

    static func missing(_ what: String) -> Refusal {
        Refusal(.notFound, "not_found", "there is no \(what)")
    }

    static func methodNotAllowed(_ allowed: [String]) -> Refusal {
        let list = allowed.sorted().joined(separator: ", ")
        return Refusal(.methodNotAllowed, "method_not_allowed", "this path takes \(list)")
            .with(.allow, list)
    }

    static func parameter(_ detail: String) -> Refusal {
        Refusal(.badRequest, "parameter_refused", detail)
    }

    static func body(_ detail: String) -> Refusal {
        Refusal(.badRequest, "body_refused", detail)
    }

    static let mediaType = Refusal(
        .unsupportedMediaType,
        "media_type_unsupported",
        "the body must be `application/json`"
    )

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(.contentTooLarge, "body_too_large", "the body may have at most \(limit) bytes")
            .with(.connection, "close")
    }

    static let preconditionFailed = Refusal(
        .preconditionFailed,
        "precondition_failed",
        "somebody changed it meanwhile: read it again, then repeat the change"
    )
}

// Who is asking.
extension Refusal {
    static let unauthorized = Refusal(
        .unauthorized,
        "credential_refused",
        "give a valid token as `Authorization: Bearer …`; `clawgress login` makes one"
    ).with(.wwwAuthenticate, "Bearer")

    static let loginRefused = Refusal(
        .unauthorized,
        "login_refused",
        "the user or the password is wrong, or the user is disabled"
    ).with(.wwwAuthenticate, "Bearer")

    static func forbidden(_ role: AdminRole, _ allowed: [AdminRole]) -> Refusal {
        let list = allowed.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        return Refusal(
            .forbidden,
            "role_insufficient",
            "the role `\(role.rawValue)` may not do this; one of \(list) may"
        )
    }

    static func outOfScope(_ scope: AdminScope) -> Refusal {
        Refusal(
            .forbidden,
            "scope_insufficient",
            "this token is limited to other parts of the API: this needs the scope "
                + "`\(scope.rawValue)`"
        )
    }

    static let beyondOwnScopes = Refusal(
        .forbidden,
        "scope_insufficient",
        "this token is limited, and what you ask for reaches further: use a credential without scopes"
    )

    static func usersForAdmins(_ role: AdminRole, _ paths: [String]) -> Refusal {
        Refusal(
            .forbidden,
            "role_insufficient",
            "the candidate changes users, and only admins may; the role is `\(role.rawValue)`",
            paths: paths
        )
    }

    static let bootstrapOnly = Refusal(
        .forbidden,
        "bootstrap_only",
        "the bootstrap token sets the first password or makes the first token, and nothing else"
    )

    static func tooManyFailures(_ seconds: Int) -> Refusal {
        Refusal(
            .tooManyRequests,
            "failures_too_many",
            "too many credentials were refused: try again in \(seconds) s"
        ).with(.retryAfter, String(seconds))
    }

    static func rateLimited(_ seconds: Int) -> Refusal {
        Refusal(
            .tooManyRequests,
            "rate_limited",
            "this is asked too often: try again in \(seconds) s"
        ).with(.retryAfter, String(seconds))
    }
}

// What the configuration is like.
extension Refusal {
    static func edits(_ problems: [ConfigProblem]) -> Refusal {
        Refusal(
            .unprocessableContent,
            "edit_refused",
            problems.first?.description ?? "the change is refused",
            errors: problems.prefix(100).map(ProblemItem.init)
        )
    }

    static func pathRefused(_ detail: String) -> Refusal {
        Refusal(.unprocessableContent, "path_refused", "`path`: \(detail)")
    }

    static let relativeElsewhere = Refusal(
        .unprocessableContent,
        "path_refused",
        "`relative` is for `of=candidate`: nothing else is edited at a level"
    )

    static func outdated(_ paths: [String]) -> Refusal {
        Refusal(
            .conflict,
            "candidate_outdated",
            "the active revision has changed since this candidate began: rebase it or discard it",
            paths: paths
        )
    }

    static func keyNotActive(_ keyID: String) -> Refusal {
        .conflict(
            "key_not_active",
            "key `\(keyID)` is in your candidate only: nothing uses it yet, so delete it there"
        )
    }

    /// - Parameter end: when it is taken back, in seconds since 1970 UTC.
    static func confirmationPending(_ commitID: String, until end: Int64) -> Refusal {
        .conflict(
            "confirmation_pending",
            "commit \(commitID) waits for its confirmation until \(AdminTime.text(end)): keep it with "
                + "`confirm`, commit with `confirm_minutes` (`commit --confirm`), which has to be "
                + "confirmed as well, or wait until it is taken back"
        )
    }

    static func conflict(_ code: String, _ detail: String) -> Refusal {
        Refusal(.conflict, code, detail)
    }
}

// What there is too much of.
extension Refusal {
    static func tooManyTokens(_ user: String, _ countMax: Int) -> Refusal {
        .conflict(
            "too_many_tokens",
            "user `\(user)` has \(countMax) live tokens already: revoke those that are not used"
        )
    }

    static func candidatesTooLarge(_ bytesMax: Int) -> Refusal {
        .conflict(
            "candidates_too_large",
            "the candidates of this user may have \(bytesMax) bytes together: commit or discard one"
        )
    }

    static func comparisonTooLarge(_ count: Int, _ countMax: Int) -> Refusal {
        .conflict(
            "comparison_too_large",
            "there are \(count) differences, and as text at most \(countMax) are shown: ask for the "
                + "pages of `format=json`"
        )
    }

    static func tooManyStreams(_ user: String, _ countMax: Int) -> Refusal {
        Refusal(
            .tooManyRequests,
            "log_streams_too_many",
            "user `\(user)` has \(countMax) exports and tails of the log open already: end one"
        ).with(.retryAfter, "5")
    }

    static let nothingToExcludeFrom = conflict(
        "nothing_to_exclude_from",
        "`exclude_gateways` is for what is committed at once, and this changes your candidate only"
    )

    static let answerNotKept = conflict(
        "answer_not_kept",
        "this request was dealt with, but its answer was too large to be kept"
    )
}

// What is wrong on our side.
extension Refusal {
    static let storage = Refusal(
        .serviceUnavailable,
        "storage_failed",
        "the database refused: see the daemon's log and its disk"
    ).with(.retryAfter, "5")

    static func auditFailed(isDone: Bool) -> Refusal {
        let what =
            isDone
            ? "what was asked for was dealt with, and is recorded as soon as it can be"
            : "nothing was changed"
        return Refusal(
            .serviceUnavailable,
            "audit_failed",
            "the audit trail cannot be written (\(what)): see the daemon's log and its disk"
        ).with(.retryAfter, "5")
    }

    static func unavailable(_ detail: String) -> Refusal {
        Refusal(.serviceUnavailable, "unavailable", detail).with(.retryAfter, "5")
    }

    static let logNotConfigured = Refusal(
        .notFound,
        "log_not_configured",
        "this daemon has no log to ask: its configuration has no `audit`"
    )

    static func auditUnreachable(_ detail: String) -> Refusal {
        Refusal(
            .serviceUnavailable,
            "audit_unreachable",
            "clawgress-audit gave no answer (\(detail))"
        ).with(.retryAfter, "5")
    }

    static let replayBusy = Refusal(
        .serviceUnavailable,
        "replay_busy",
        "as many answers as `limits.replays_at_once` are being made of records: try again"
    ).with(.retryAfter, "5")

    static let replayTooSlow = Refusal(
        .serviceUnavailable,
        "replay_too_slow",
        "that takes longer than `limits.replay_seconds`: ask for less time"
    ).with(.retryAfter, "5")

    /// The policy service was asked for nothing but what it knows.
    static func policyService(_ detail: String) -> Refusal {
        Refusal(
            .serviceUnavailable,
            "policy_service_unreachable",
            "clawgress-policy gave no answer (\(detail)); nothing was changed"
        ).with(.retryAfter, "5")
    }

    /// The policy service was asked to do something, and whether it did is not known.
    static func outcomeUnknown(_ detail: String) -> Refusal {
        var refusal = Refusal(
            .serviceUnavailable,
            outcomeUnknownCode,
            "clawgress-policy gave no answer (\(detail)), so it may have done this or not: "
                + "see `/v1/gateways`, and ask again"
        ).with(.retryAfter, "5")
        refusal.leavesOutcomeOpen = true
        return refusal
    }

    static let outcomeUnknownCode = "outcome_unknown"

    static func commitPending(_ id: String) -> Refusal {
        var refusal = otherCommitPending(id)
        refusal.leavesOutcomeOpen = true
        refusal.hasEvent = true
        return refusal
    }

    /// The same of an earlier commit, which is in the way of this one.
    static func otherCommitPending(_ id: String) -> Refusal {
        Refusal(
            .serviceUnavailable,
            "commit_pending",
            "commit \(id) was asked for and the answer is not known yet: see `/v1/commits/\(id)`"
        ).with(.retryAfter, "1")
    }

    /// What is in force was published by a state of this service that is gone.
    static func publishedUnknown(_ revision: String) -> Refusal {
        Refusal(
            .serviceUnavailable,
            publishedUnknownCode,
            "the published revision \(revision) is not kept here"
        )
    }

    static let publishedUnknownCode = "published_unknown"
}

extension ProblemItem {
    init(_ problem: ConfigProblem) {
        self.init(
            path: problem.path.words.isEmpty ? nil : problem.path.text,
            line: problem.line,
            message: problem.description,
            code: problem.code.rawValue
        )
    }
}
