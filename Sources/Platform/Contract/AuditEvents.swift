// What admin-api asks the audit service about records that the log has.

extension AuditPaths {
    /// `GET` answers a page of records; admin-api only, as everything below it.
    public static var events: String { "/v1/events" }
    /// `GET` counts records.
    public static var eventCount: String { "\(events)/count" }
    /// `GET` counts records in spans of time.
    public static var eventBuckets: String { "\(events)/buckets" }
    /// `GET` counts what occurs most.
    public static var eventTop: String { "\(events)/top" }
    /// `GET` streams all records that match, as lines of JSON or as a sheet.
    public static var eventExport: String { "\(events)/export" }
    /// `GET` streams records as they come, as server-sent events.
    public static var eventTail: String { "\(events)/tail" }
}

extension AuditProblem {
    /// 503: the index of the log is not there, or is being made; the log is not concerned.
    public static var indexUnavailable: String { "index_unavailable" }
    /// 503: too many questions are being answered, or too many watch the tail.
    public static var queryBusy: String { "query_busy" }
    /// 503: the answer would take longer than `query_ms`.
    public static var queryTooSlow: String { "query_too_slow" }
}
