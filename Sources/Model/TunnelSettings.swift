// What holds for the tunnels of all policies.

/// Which tunnels may be asked for at all.
public struct TunnelSettings: Codable, Sendable, Equatable {
    /// The greatest number of entries in the list of ports.
    public static var portsMax: Int { 64 }

    /// Ports that a CONNECT may name (``PortRange``); empty for every port.
    public var allowedPorts: [String]

    /// Assembles settings.
    public init(allowedPorts: [String] = []) {
        self.allowedPorts = allowedPorts
    }

    /// Why a tunnel to `port` is refused whatever policies say; nil if it is not.
    ///
    /// For who explains decisions; a gateway asks the ranges that it made of the list.
    public func refusal(ofPort port: UInt16) -> Reason? {
        let ranges = allowedPorts.compactMap(PortRange.init)
        return ranges.isEmpty || ranges.contains { $0.contains(port) } ? nil : .tunnelPortRefused
    }

    enum CodingKeys: String, CodingKey {
        case allowedPorts = "allowed_ports"
    }
}

/// What must flow in the tunnels of policies that do not say it.
///
/// Not part of a snapshot: its policies say everything, so that each of them can be judged alone.
public struct TunnelDefaults: Sendable, Equatable {
    /// What must flow.
    public var content: Policy.TunnelContent = .require
    /// What becomes of an encrypted ClientHello.
    public var encryptedHello: Policy.EncryptedHello = .allow

    /// The product's defaults.
    public init() {}
}

extension Policy {
    /// Takes over what its author said about tunnels, and where nothing was said the default.
    ///
    /// Defaults are for policies that open tunnels. That no ClientHello may be encrypted can be
    /// asked for only where one is looked for, so this default passes over the others.
    public mutating func setTunnelContent(
        _ content: TunnelContent?,
        _ hello: EncryptedHello?,
        defaults: TunnelDefaults
    ) {
        let opensTunnels = action == .allow && appliesToTunnels
        tls = content ?? (opensTunnels ? defaults.content : .require)
        let looksAtHello = opensTunnels && tls == .require
        ech = hello ?? (looksAtHello ? defaults.encryptedHello : .allow)
    }
}
