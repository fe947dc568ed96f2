// Who gives a log's files: how it is asked, and what is made of its refusals.

import AsyncHTTPClient
import ClawgressContract
import NIOHTTP1
import NIOSSL

/// A web server that publishes a log, or the control plane that has one.
enum LogServer {
    /// At an address without `/` at its end.
    case web(String)
    case controlPlane(APIEndpoint)

    /// What stands before the path of a file.
    var url: String {
        switch self {
        case .web(let url): url
        case .controlPlane(let endpoint): endpoint.url + AdminPath.logFiles
        }
    }

    /// The fields of each request.
    var fields: HTTPHeaders {
        guard case .controlPlane(let endpoint) = self, let token = endpoint.token else {
            return [:]
        }
        return ["Authorization": "Bearer \(token)"]
    }

    /// Whether an answer says that the log has no such file, and not that there is no log.
    func hasNone(_ answer: APIAnswer) -> Bool {
        guard answer.status == 404 else { return false }
        guard case .controlPlane = self else { return true }
        return [AuditProblem.notFound, AuditProblem.entriesPruned].contains(APIProblem(answer).code)
    }

    /// What a status that is no success means for the command.
    func refusal(of path: String, _ answer: APIAnswer) -> CommandFailure {
        let isForbidden = [401, 403].contains(answer.status)
        switch self {
        case .web:
            let hint = isForbidden ? "; for the control plane's own log leave its address away" : ""
            return CommandFailure(
                .unavailable,
                "\(url)/\(path) is answered with status \(answer.status)\(hint)"
            )
        case .controlPlane:
            let failure = APIProblem(answer).failure
            let hint =
                "\nthe log's files are for the roles `auditor` and `admin`, and for tokens of theirs "
                + "that are not limited or have the scope `events:read`"
            return CommandFailure(failure.code, failure.message + (isForbidden ? hint : ""))
        }
    }

    /// Why there was no answer.
    func failure(_ error: any Error) -> CommandFailure {
        switch error {
        case let error as HTTPClientError
        where error == .invalidURL || error == .emptyHost || error == .emptyScheme:
            return CommandFailure(.usage, "`\(url)` is no address; write https://host/path")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            return CommandFailure(
                .unavailable,
                "cannot reach \(url): its certificate is not of a known authority, or not for this "
                    + "name; see \(authorityOption)"
            )
        default: return CommandFailure(.unavailable, "cannot read \(url): \(error)")
        }
    }

    private var authorityOption: String {
        if case .web = self { "--ca-file" } else { "--ca" }
    }
}

/// How long a server wants to be left alone (RFC 9110 section 10.2.3).
struct ServerPause {
    /// How often in a row it is done as it says.
    static var countMax: Int { 5 }
    /// A longer pause is for people to decide upon.
    private static var secondsMax: Int64 { 60 }

    let seconds: Int64
    /// Whether it has to be expected, because whoever verifies a log asks for thousands of files.
    let isUsual: Bool

    /// Reads an answer; nil unless it asks for a pause.
    init?(_ response: HTTPClient.Response) {
        let isBusy = [HTTPResponseStatus.tooManyRequests, .serviceUnavailable]
            .contains(response.status)
        guard isBusy, let seconds = response.headers.first(name: "Retry-After").flatMap(Int64.init),
            (0...Self.secondsMax).contains(seconds)
        else { return nil }
        self.seconds = max(seconds, 1)
        isUsual = response.status == .tooManyRequests && seconds <= 1
    }
}
