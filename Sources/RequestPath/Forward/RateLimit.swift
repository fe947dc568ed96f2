// What an agent that hit its quota is told about it.

import ClawgressBytes

/// A limit and where the agent stands, for the fields of the Internet-Draft
/// draft-ietf-httpapi-ratelimit-headers (a draft, not yet a standard).
public struct RateLimit: Sendable, Equatable, BitwiseCopyable {
    /// Requests admitted in one window.
    public var limit: Int
    /// Requests left now.
    public var remaining: Int
    /// Seconds until more are admitted.
    public var resetSeconds: Int
    /// The window's length in seconds: 1 or 60.
    public var windowSeconds: Int

    /// Assembles the figures.
    public init(limit: Int, remaining: Int, resetSeconds: Int, windowSeconds: Int) {
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
        self.windowSeconds = windowSeconds
    }

    /// Appends the two field lines.
    func write(into out: inout ByteBuffer) {
        out.append("RateLimit-Policy: ")
        out.append(name)
        out.append(";q=")
        out.append(decimal: limit)
        out.append(";w=")
        out.append(decimal: windowSeconds)
        out.append("\r\nRateLimit: ")
        out.append(name)
        out.append(";r=")
        out.append(decimal: remaining)
        out.append(";t=")
        out.append(decimal: resetSeconds)
        out.append("\r\n")
    }

    private var name: StaticString { windowSeconds == 1 ? "\"rps\"" : "\"rpm\"" }
}
