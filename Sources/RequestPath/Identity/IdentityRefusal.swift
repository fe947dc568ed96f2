// How this stage says no, and what it says when it says yes.

public import ClawgressModel

/// Why an identity was not proved.
public struct IdentityRefusal: Error, Equatable, Sendable {
    /// The reason for events and metrics.
    ///
    /// Answers to the client should not tell `keyUnknown` from `keyWrongSecret`, or guessing key
    /// ids would be worth while.
    public let reason: Reason

    /// Refuses for `reason`.
    @inlinable
    public init(_ reason: Reason) {
        self.reason = reason
    }
}

/// An identity that was proved for one request under one snapshot.
public struct VerifiedIdentity: Equatable, Sendable {
    /// The agent's place in the snapshot's list of agents; what every later stage uses.
    public let agentOrdinal: Int32
    /// How the identity was proved.
    public let authenticationType: AuthenticationType
    /// Where the credential's public name stands in the scratch buffer: the key id, or issuer,
    /// key and token id.
    public let credentialID: Range<Int>
}
