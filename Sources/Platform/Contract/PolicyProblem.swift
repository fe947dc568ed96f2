// The reasons for which clawgress-policy refuses a request, by their stable names.

/// Codes of the policy service's problems.
public enum PolicyProblem {
    /// 400: the body is not what the route takes.
    public static var malformedRequest: String { "malformed_request" }
    /// 401: the route wants a client certificate.
    public static var certificateRequired: String { "certificate_required" }
    /// 403: the peer's identity may not use the route.
    public static var identityRefused: String { "identity_refused" }
    /// 403: the gateway was revoked, or its certificate is not the one it enrolled with.
    public static var gatewayRevoked: String { "gateway_revoked" }
    /// 404: no publication, bundle or gateway of that name.
    public static var notFound: String { "not_found" }
    /// 409: a required gateway refused, did not answer in time, or was lost; nothing changed.
    ///
    /// Carries `refusals`; a refusal's code is the gateway's own or one of the last three here.
    public static var publicationAborted: String { "publication_aborted" }
    /// 409: another publication is under way.
    public static var publicationInProgress: String { "publication_in_progress" }
    /// 409: the request was withdrawn before anything of it was recorded; nothing changed.
    public static var publicationWithdrawn: String { "publication_withdrawn" }
    /// 409: the request id was used for another request.
    public static var requestIDReused: String { "request_id_reused" }
    /// 409: there is nothing to confirm: it is confirmed, reverted, or not the latest.
    public static var notConfirmable: String { "not_confirmable" }
    /// 409: the first publication cannot have a deadline, as nothing could come back.
    public static var nothingToRevertTo: String { "nothing_to_revert_to" }
    /// 409: no key may sign any more, so nothing can be published before there is a new one.
    public static var signingKeyOver: String { "signing_key_over" }
    /// 422: `exclude` names a gateway that is not enrolled.
    public static var gatewayUnknown: String { "gateway_unknown" }
    /// 422: gateways would not take the content.
    ///
    /// Carries `errors`.
    public static var contentRefused: String { "content_refused" }
    /// 422: the revision named is not the content's.
    public static var revisionMismatch: String { "revision_mismatch" }
    /// 403: the enrolment token is unknown, used, expired, or for another gateway; which of
    /// these is not said to whoever tries tokens.
    public static var tokenRefused: String { "token_refused" }
    /// 422: the certificate request is malformed or for another identity.
    public static var requestRefused: String { "certificate_request_refused" }
    /// 503: the service has no certificate authority.
    public static var enrolmentUnavailable: String { "enrolment_unavailable" }
    /// 413: the body is longer than the limit.
    public static var bodyTooLarge: String { "body_too_large" }
    /// 503: the service stops, or its disk refused to keep something.
    public static var unavailable: String { "unavailable" }

    /// Reported by the service itself in place of a gateway's own code: no answer in time.
    public static var timedOut: String { "timed_out" }
    /// Reported by the service itself: the gateway's stream ended before it answered.
    public static var gatewayLost: String { "gateway_lost" }
    /// Reported by the service itself: it was restarted before it had decided.
    public static var serviceRestarted: String { "service_restarted" }
}
