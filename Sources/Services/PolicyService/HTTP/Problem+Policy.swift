// Every way in which the policy service says no, with its status, its code and the way out.

import ClawgressContract

extension Problem {
    private static func policy(
        _ status: Int,
        _ title: String,
        _ code: String,
        _ detail: String,
        errors: [ProblemItem]? = nil,
        refusals: [RolloutEntry]? = nil
    ) -> Problem {
        Problem(
            status: status,
            title: title,
            code: code,
            detail: detail,
            errors: errors,
            refusals: refusals
        )
    }

    static func malformed(_ detail: String) -> Problem {
        policy(400, "Bad Request", PolicyProblem.malformedRequest, detail)
    }

    static var certificateRequired: Problem {
        policy(
            401,
            "Unauthorized",
            PolicyProblem.certificateRequired,
            "this route is for services with a certificate of the mesh"
        )
    }

    static func identityRefused(_ identity: String) -> Problem {
        policy(
            403,
            "Forbidden",
            PolicyProblem.identityRefused,
            "`\(identity)` may not use this route"
        )
    }

    static func gatewayRevoked(_ gatewayID: String) -> Problem {
        policy(
            403,
            "Forbidden",
            PolicyProblem.gatewayRevoked,
            "the gateway `\(gatewayID)` is not enrolled with this certificate; enrol it again"
        )
    }

    static func notFound(_ what: String) -> Problem {
        policy(404, "Not Found", PolicyProblem.notFound, "there is no \(what)")
    }

    static func bodyTooLarge(_ limit: Int) -> Problem {
        policy(
            413,
            "Content Too Large",
            PolicyProblem.bodyTooLarge,
            "the body has more than \(limit) bytes"
        )
    }

    static var inProgress: Problem {
        policy(
            409,
            "Conflict",
            PolicyProblem.publicationInProgress,
            "another publication is under way; try again when it has ended"
        )
    }

    static func requestIDReused(_ requestID: String) -> Problem {
        policy(
            409,
            "Conflict",
            PolicyProblem.requestIDReused,
            "the request id `\(requestID)` was used for something else; choose another"
        )
    }

    static func aborted(_ publication: Publication) -> Problem {
        let refusals = publication.rollout
        let names = refusals.map { "`\($0.gatewayID)` (\($0.reason ?? "no reason given"))" }
        let detail =
            refusals.isEmpty
            ? "the policy service was restarted before it had decided; nothing changed"
            : "not every required gateway agreed, so nothing changed: "
                + names.joined(separator: ", ")
        return policy(
            409,
            "Conflict",
            PolicyProblem.publicationAborted,
            detail,
            refusals: refusals
        )
    }

    static func withdrawn(_ requestID: String) -> Problem {
        policy(
            409,
            "Conflict",
            PolicyProblem.publicationWithdrawn,
            "the request `\(requestID)` was withdrawn before it was recorded, so nothing changed"
        )
    }

    static func notConfirmable(_ detail: String) -> Problem {
        policy(409, "Conflict", PolicyProblem.notConfirmable, detail)
    }

    static var nothingToRevertTo: Problem {
        policy(
            409,
            "Conflict",
            PolicyProblem.nothingToRevertTo,
            "the first publication cannot have a deadline: nothing could come back"
        )
    }

    static var signingKeyOver: Problem {
        policy(
            409,
            "Conflict",
            PolicyProblem.signingKeyOver,
            "no key that lies here may sign any more, and gateways would refuse the bundle; make one "
                + "with `clawgress-policy rotate-key`"
        )
    }

    static func contentRefused(_ problems: [String]) -> Problem {
        policy(
            422,
            "Unprocessable Content",
            PolicyProblem.contentRefused,
            "gateways would not take this content",
            errors: problems.map { ProblemItem(message: $0) }
        )
    }

    static func revisionMismatch(stated: String, actual: String) -> Problem {
        policy(
            422,
            "Unprocessable Content",
            PolicyProblem.revisionMismatch,
            "the request names the revision `\(stated)`, but the content is `\(actual)`"
        )
    }

    static func gatewaysUnknown(_ gatewayIDs: [String]) -> Problem {
        policy(
            422,
            "Unprocessable Content",
            PolicyProblem.gatewayUnknown,
            "no such gateway is enrolled: "
                + gatewayIDs.map { "`\($0)`" }.joined(separator: ", ")
        )
    }

    static var tokenRefused: Problem {
        policy(
            403,
            "Forbidden",
            PolicyProblem.tokenRefused,
            "the token is unknown, used, expired, or for another gateway; ask for a new one"
        )
    }

    static func requestRefused(_ reason: String) -> Problem {
        policy(422, "Unprocessable Content", PolicyProblem.requestRefused, reason)
    }

    static var enrolmentUnavailable: Problem {
        policy(
            503,
            "Service Unavailable",
            PolicyProblem.enrolmentUnavailable,
            "this service has no certificate authority; set `authority` in its configuration"
        )
    }

    static func unavailable(_ error: PolicyStoreError) -> Problem {
        policy(
            503,
            "Service Unavailable",
            PolicyProblem.unavailable,
            error.description
        )
    }
}
