// Where clawgress-policy answers. Client and server take the paths from here, so neither can
// spell one differently.

/// Paths of the policy service (Documentation/policy-service.md).
public enum PolicyPaths {
    /// `POST` publishes, `GET` lists; admin-api only.
    public static var publications: String { "/v1/publications" }
    /// `GET` lists gateways; admin-api only.
    public static var gateways: String { "/v1/gateways" }
    /// `POST` makes a one-time token; admin-api only.
    public static var enrolmentTokens: String { "/v1/enrolment-tokens" }
    /// `POST` exchanges a token and a certificate request for a certificate; anyone.
    public static var enrol: String { "/v1/enrol" }
    /// `GET` keeps open: one JSON object a line; gateways only.
    public static var stream: String { "/v1/stream" }
    /// `POST` takes one report; gateways only.
    public static var reports: String { "/v1/reports" }

    /// `GET` answers metrics in the text form of Prometheus; any service of the mesh.
    public static var metrics: String { "/metrics" }

    /// `GET` answers one publication by the id of the request that made it, `DELETE` withdraws a
    /// request that has made none; admin-api only.
    public static func publication(_ requestID: String) -> String {
        "\(publications)/\(requestID)"
    }

    /// `GET` answers the newest publication that is so far; admin-api only.
    public static func newest(_ state: Publication.State) -> String {
        "\(publications)?state=\(state.rawValue)&limit=1"
    }

    /// `POST` confirms the publication with that serial; admin-api only.
    public static func confirmation(serial: Int64) -> String {
        "\(publications)/\(serial)/confirm"
    }

    /// `GET` answers a signed bundle; gateways only.
    public static func bundle(epoch: Int64, serial: Int64) -> String {
        "/v1/bundles/\(epoch)/\(serial)"
    }

    /// `DELETE` revokes the gateway; admin-api only.
    public static func gateway(_ gatewayID: String) -> String { "\(gateways)/\(gatewayID)" }

    /// `PUT` sets or ends maintenance; admin-api only.
    public static func maintenance(_ gatewayID: String) -> String {
        "\(gateway(gatewayID))/maintenance"
    }
}
