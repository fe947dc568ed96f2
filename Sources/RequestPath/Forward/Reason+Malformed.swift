// The same for requests that were refused because they are not sound HTTP. These name the rule:
// a developer with an honest client can mend it, and the rules are public (RFC 9110, 9112).

import ClawgressModel

extension Reason {
    /// The sentence of a reason for which ``isMalformedRequest`` holds.
    var malformedSentence: StaticString {
        switch self {
        case .requestLineMalformed:
            "The request line is not a method, a target and a version with one space between them."
        case .methodInvalid:
            "The method is not a token."
        case .methodRefused:
            "The gateway does not forward this method."
        case .versionUnsupported:
            "The gateway speaks HTTP/1.1 and HTTP/1.0."
        case .targetFormUnsupported:
            """
            The target must be an absolute http URI, or host and port for CONNECT. Is the client \
            set up to use a proxy?
            """
        case .schemeUnsupported:
            "Only http URIs are forwarded; for https the client opens a tunnel with CONNECT."
        case .targetMalformed:
            "The target holds characters that have no place in a request target."
        case .targetUserinfo:
            """
            The target carries user information, which must not be sent. Use a header field for \
            credentials.
            """
        case .hostMalformed:
            "The host in the target is not a valid name."
        case .hostInternationalised:
            """
            The host in the target has letters outside ASCII. Send its A-label form, which begins \
            with xn--.
            """
        case .addressMalformed:
            "The address in the target is not in its usual form."
        case .portMalformed:
            "The port in the target is missing or is not a number from 1 to 65535."
        case .pathMalformed:
            "The path in the target is not encoded properly, or can be read in two ways."
        case .hostFieldMissing:
            "The Host field is missing."
        case .hostFieldMismatch:
            "The Host field does not agree with the target, or is there more than once."
        default:
            malformedFieldSentence
        }
    }

    private var malformedFieldSentence: StaticString {
        switch self {
        case .fieldLineMalformed:
            "A header field is not a name, a colon and a value, or its value is none of its kind."
        case .fieldFolded:
            "A header field is continued on a second line, which is obsolete."
        case .lineEndingMalformed:
            "A line does not end in carriage return and line feed."
        case .contentLengthMalformed:
            "Content-Length is not one plain number."
        case .transferCodingRefused:
            "The only transfer coding understood is chunked, once."
        case .framingAmbiguous:
            "The fields of the request disagree about whether and how content follows."
        case .connectionFieldRefused:
            """
            The Connection field names a field that belongs to the whole way and not to one \
            connection.
            """
        case .expectationUnsupported:
            "The only expectation understood is 100-continue."
        case .upgradeRefused:
            "The gateway does not pass on this upgrade. Use a tunnel with CONNECT."
        case .chunkMalformed:
            "The chunked content of the request is not well formed."
        case .trailerMalformed:
            """
            The trailer fields of the request are not well formed, or are fields that must not \
            come last.
            """
        case .headIncomplete:
            "The connection ended within the head of the request."
        case .methodOverrideRefused:
            """
            The request names a second method in a header field, and what is allowed here depends \
            on the method. Send the method in the request line.
            """
        case .loopDetected:
            "The request has passed this gateway before. Look at the proxies on its way."
        case .maxForwardsExhausted:
            "Max-Forwards ends the request here, and the gateway has nothing to say for itself."
        default:
            "The request is not sound HTTP."
        }
    }
}
