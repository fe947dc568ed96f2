// What of the machine is shown to operators: the same words in `/status` and in the metrics.

import ClawgressBundle
public import ClawgressContract

/// Where an enrolled gateway stands with its policy service.
public struct StreamView: Sendable, Equatable {
    /// Whether the stream is open and was welcomed.
    public let isConnected: Bool
    /// When the policy service was heard from last, in seconds since 1970 UTC; nil for never
    /// since the start.
    public let lastHeard: Int64?
    /// The newest decided bundle that was heard of since the start.
    public let latest: BundleReference?
    /// What is prepared and not decided.
    public let prepared: BundleReference?
    /// The version of the key set; 0 for none.
    public let keySetVersion: Int64
    /// Whether a decided bundle is known that is not served.
    public let isBehind: Bool
    /// The serial that was left because nobody confirmed it in time.
    public let revertedSerial: Int64?
    /// Whether the policy service was asked since the start, or did not answer.
    public let isSettled: Bool
    /// What is wrong, in a sentence.
    public let problem: String?
}

extension BundleStream {
    /// Where it stands.
    public var view: StreamView {
        StreamView(
            isConnected: welcomed != nil,
            lastHeard: lastHeard,
            latest: latest,
            prepared: prepared,
            keySetVersion: keySetVersion,
            isBehind: latest.map(mayServe) ?? false,
            revertedSerial: reverted?.serial,
            isSettled: isSettled,
            problem: whatIsWrong
        )
    }

    /// The first of: what is refused, what a restart would lose, what ails the connection.
    var whatIsWrong: String? { refusal?.why.reason ?? unwritten ?? problem }
}
