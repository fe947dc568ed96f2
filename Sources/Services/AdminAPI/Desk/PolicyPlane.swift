// What the admin API wants of clawgress-policy. The tests' own planes fail as they like; the
// product has the one that speaks to the service.

public import ClawgressContract

/// Why the policy service did not do what it was asked.
public enum PolicyPlaneError: Error, Sendable {
    /// It said no, and nothing changed.
    case refused(PolicyRefusal)
    /// No answer: whether it did it is not known.
    case unreachable(String)
}

/// A refusal of the policy service.
public struct PolicyRefusal: Sendable, Equatable {
    /// The HTTP status.
    public var status: Int
    /// A stable name of ``PolicyProblem``.
    public var code: String
    /// The same in a sentence.
    public var detail: String
    /// Gateways that refused.
    public var refusals: [RolloutEntry]
    /// What is wrong with the content.
    public var problems: [ProblemItem]

    /// Describes a refusal.
    public init(
        status: Int,
        code: String,
        detail: String,
        refusals: [RolloutEntry] = [],
        problems: [ProblemItem] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.refusals = refusals
        self.problems = problems
    }
}

/// The policy service as the admin API uses it (Contract's `Policy…` types).
public protocol PolicyPlane: Sendable {
    /// Publishes; the same request id again is answered with what became of the first.
    func publish(
        _ request: PublicationRequest,
        content: [UInt8]
    ) async throws(PolicyPlaneError) -> Publication
    /// What became of a request; nil if nothing has, and from now on nothing can, also if it is
    /// on its way still.
    func withdraw(_ requestID: String) async throws(PolicyPlaneError) -> Publication?
    /// The newest publication that is decided; nil if there is none.
    func latest() async throws(PolicyPlaneError) -> Publication?
    /// Keeps a publication that would be reverted otherwise.
    func confirm(serial: Int64, requestID: String) async throws(PolicyPlaneError) -> Publication
    /// All gateways.
    func gateways() async throws(PolicyPlaneError) -> [GatewayStatus]
    /// A one-time token for one gateway.
    func enrolmentToken(
        _ request: EnrolmentTokenRequest
    ) async throws(PolicyPlaneError) -> EnrolmentToken
    /// Takes a gateway out of commits, or back.
    func setMaintenance(_ gatewayID: String, _ on: Bool) async throws(PolicyPlaneError)
    /// Revokes a gateway.
    func revoke(_ gatewayID: String) async throws(PolicyPlaneError)
}
