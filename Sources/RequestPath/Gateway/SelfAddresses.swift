// The gateway's own doors. A request that would come back to the gateway, or reach the control
// plane, is refused whatever a policy says.

public import ClawgressModel
import ClawgressReactor

/// Endpoints that are never dialled.
public struct SelfAddresses: Sendable {
    private var endpoints: [Endpoint] = []

    /// Collects the endpoints that the gateway and its policy service listen on; a wildcard stands
    /// for all addresses that the machine has, and for loopback.
    public init(listening: [Endpoint]) {
        let local = LocalAddresses.all()
        for endpoint in listening {
            if endpoint.isWildcard {
                let family = local.filter { $0.isV4 == endpoint.address.isV4 }
                endpoints += family.map { Endpoint(address: $0, port: endpoint.port) }
            }
            endpoints.append(endpoint)
        }
    }

    /// Whether dialling would reach the gateway itself.
    public func contains(_ address: IPAddress, port: UInt16) -> Bool {
        for endpoint in endpoints where endpoint.port == port {
            if endpoint.address == address { return true }
            // All of 127.0.0.0/8 answers on a socket bound to a wildcard.
            if endpoint.isWildcard, endpoint.address.isV4 == address.isV4,
                AddressClass.of(address) == .loopback || AddressClass.of(address) == .unspecified
            {
                return true
            }
            // 0.0.0.0 as a destination is this host.
            if AddressClass.of(address) == .unspecified { return true }
        }
        return isNewAddress(address, port: port)
    }

    /// Whether a wildcard is reached through an address that the machine got after the start.
    ///
    /// Asks the kernel, but only about destinations on a port of our own.
    private func isNewAddress(_ address: IPAddress, port: UInt16) -> Bool {
        for endpoint in endpoints
        where endpoint.port == port && endpoint.isWildcard
            && endpoint.address.isV4 == address.isV4
        {
            return LocalAddresses.all().contains(address)
        }
        return false
    }
}
