// When each gateway was heard last. Whatever others record, the audit service's own signs of life among it, says
// nothing about a gateway that was silenced: only its own heartbeats do.

import ClawgressRecords

/// What its heartbeats say about a gateway.
public struct GatewayLife: Sendable, Equatable {
    /// Its id.
    public let name: String
    /// The greatest time that a heartbeat of it tells, as it is written there.
    public let newest: String
    /// Whether that one says that the gateway takes no more requests.
    public let isEnded: Bool

    /// Describes a gateway.
    public init(name: String, newest: String, isEnded: Bool) {
        self.name = name
        self.newest = newest
        self.isEnded = isEnded
    }
}

/// Collects heartbeats.
struct GatewayLives {
    private var lives: [String: GatewayLife] = [:]

    /// Takes a heartbeat; one that tells no time says nothing here.
    mutating func take(_ sign: SignOfLife, of key: RecordKey) {
        guard case .gateway(let name) = key.stream.sender, let time = sign.timestamp else { return }
        // Times have one form, so that their order is that of their text.
        if let held = lives[name], held.newest > time { return }
        lives[name] = GatewayLife(name: name, newest: time, isEnded: sign.isFinal)
    }

    /// By their names.
    var sorted: [GatewayLife] { lives.values.sorted { $0.name < $1.name } }
}
