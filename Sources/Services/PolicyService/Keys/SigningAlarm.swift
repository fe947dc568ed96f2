// When to say that nothing can be signed soon: at once, then once a day, so that whoever reads a day of the
// log has read it.

/// Says when the alert `signing_key_expires` is to be said.
///
/// Time is an argument, so a test can let it pass.
public struct SigningAlarm: Sendable {
    /// How long before the end of the last key the alert is raised: 60 days, in seconds.
    public static var soon: Int64 { 60 * 86_400 }
    /// How often it is said, in milliseconds.
    private static var sayEvery: Int64 { 86_400_000 }

    /// What there is to say.
    public enum Finding: Sendable, Equatable {
        /// The last key ends soon.
        case soon
        /// Nothing can be signed.
        case over

        init?(left: Int64) {
            guard left < SigningAlarm.soon else { return nil }
            self = left > 0 ? .soon : .over
        }
    }

    private var said: (finding: Finding, at: Int64)?

    /// Nothing was said yet.
    public init() {}

    /// What is to be said now; nil for nothing.
    ///
    /// - Parameters:
    ///   - left: for how long something can be signed, in seconds.
    ///   - uptime: milliseconds of the monotonic clock.
    public mutating func look(left: Int64, uptime: Int64) -> Finding? {
        guard let finding = Finding(left: left) else {
            said = nil
            return nil
        }
        if let said, said.finding == finding, uptime - said.at < Self.sayEvery { return nil }
        said = (finding, uptime)
        return finding
    }
}
