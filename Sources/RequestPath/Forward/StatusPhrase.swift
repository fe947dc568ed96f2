// Reason phrases of the statuses that the gateway itself gives.

/// The phrases of RFC 9110 section 15, RFC 6585 and RFC 5842.
enum StatusPhrase {
    /// The phrase for a status; a general one for those that are never given.
    static func text(of status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 508: "Loop Detected"
        default: "Refused"
        }
    }
}
