// Why a question is not answered.

import ClawgressAuditIndex
import ClawgressContract

extension Problem {
    private static func unanswered(_ code: String, _ detail: String) -> Problem {
        Problem(status: 503, title: "Service Unavailable", code: code, detail: detail)
    }

    static var indexUnavailable: Problem {
        unanswered(
            AuditProblem.indexUnavailable,
            "the index of the log cannot be asked now: it is being made, or see the service's log"
        )
    }

    static var queryBusy: Problem {
        unanswered(
            AuditProblem.queryBusy,
            "as many questions are being answered, or tails watched, as may be; ask again"
        )
    }

    static func queryTooSlow(_ error: IndexError) -> Problem {
        unanswered(AuditProblem.queryTooSlow, error.description)
    }
}
