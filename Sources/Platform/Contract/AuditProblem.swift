// The reasons for which clawgress-audit refuses a request, by their stable names.

/// Codes of the audit service's problems.
public enum AuditProblem {
    /// 400: the query or the body is not what the route takes.
    public static var malformedRequest: String { "malformed_request" }
    /// 401: the route wants a client certificate.
    public static var certificateRequired: String { "certificate_required" }
    /// 403: the peer's identity may not use the route.
    public static var identityRefused: String { "identity_refused" }
    /// 403: a line is of another sender than the certificate; nothing of the batch was kept.
    public static var senderRefused: String { "sender_refused" }
    /// 404: no such route, or the log has no such file (yet).
    public static var notFound: String { "not_found" }
    /// 404: the entries were pruned; hashes are still there (C2SP tlog-tiles, "Pruning").
    public static var entriesPruned: String { "entries_pruned" }
    /// 408: the body did not come in time; the connection is closed, so this is only counted.
    public static var batchTooSlow: String { "batch_too_slow" }
    /// 413: the body, or the number of its lines, is over the limit.
    public static var batchTooLarge: String { "batch_too_large" }
    /// 415: the body is in another coding or media type.
    public static var mediaTypeRefused: String { "media_type_refused" }
    /// 422: a line is no canonical record; nothing of the batch was kept.
    ///
    /// Carries `errors` with the line's number.
    public static var recordRefused: String { "record_refused" }
    /// 503: the disk took no more; nothing of the batch counts as kept.
    public static var diskFull: String { "audit_disk_full" }
    /// 503: there are more streams, or holes in them, than the service is set to remember.
    public static var streamsFull: String { "audit_streams_full" }
    /// 503: the same of this one sender; others get on.
    public static var senderStreamsFull: String { "audit_sender_streams_full" }
    /// 503: too many batches are being taken at this moment, of all senders or of this one.
    public static var busy: String { "audit_busy" }
    /// 503: the service stops, or has stopped at an error of the disk.
    public static var unavailable: String { "unavailable" }
}
