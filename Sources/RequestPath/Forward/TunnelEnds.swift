// When a tunnel's directions end. Each ends by itself, because a half-closed tunnel still
// carries the other direction, and neither may end before its bytes were delivered.

/// The two directions of a tunnel and how far each has ended.
///
/// A direction's end is reported when its sender closed; that all its bytes were delivered is
/// reported behind that, at once if nothing waits. Only then is the end passed on.
public struct TunnelEnds: Sendable, BitwiseCopyable {
    /// One end of a tunnel.
    public enum Side: UInt8, Sendable {
        case agent, origin
    }

    /// What happened.
    public enum Event: UInt8, Sendable, CaseIterable {
        /// The agent sends no more.
        case agentEnded
        /// The origin sends no more.
        case originEnded
        /// All bytes that came from the agent were delivered.
        case agentDrained
        /// All bytes that came from the origin were delivered.
        case originDrained
        /// A socket failed.
        case failed
    }

    /// What is to be done.
    public enum Action: Equatable, Sendable {
        /// Nothing.
        case none
        /// Tell that side that no more bytes will come.
        case shutdownWrite(Side)
        /// Close both sockets; said once.
        case close
    }

    private enum Direction: UInt8 {
        case open, ended, delivered
    }

    private var fromAgent = Direction.open
    private var fromOrigin = Direction.open
    /// Whether ``Action/close`` was given.
    public private(set) var isClosed = false

    /// A tunnel that is open in both directions.
    public init() {}

    /// Whether neither direction has ended.
    public var isOpen: Bool { !isClosed && fromAgent == .open && fromOrigin == .open }

    /// Takes note of an event and says what is to be done.
    ///
    /// Repetitions do nothing.
    public mutating func handle(_ event: Event) -> Action {
        if isClosed { return .none }
        switch event {
        case .agentEnded:
            if fromAgent == .open { fromAgent = .ended }
            return .none
        case .originEnded:
            if fromOrigin == .open { fromOrigin = .ended }
            return .none
        case .agentDrained:
            guard fromAgent == .ended else { return .none }
            fromAgent = .delivered
            return finish(or: .shutdownWrite(.origin))
        case .originDrained:
            guard fromOrigin == .ended else { return .none }
            fromOrigin = .delivered
            return finish(or: .shutdownWrite(.agent))
        case .failed:
            isClosed = true
            return .close
        }
    }

    private mutating func finish(or action: Action) -> Action {
        guard fromAgent == .delivered, fromOrigin == .delivered else { return action }
        isClosed = true
        return .close
    }
}
