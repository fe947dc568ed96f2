// The closed words of administrative records: what was done, by which role, and how it ended. The
// numbers are stored in segments, so a word keeps its number for ever.

/// What an operator, or the control plane by itself, did or tried (field `action`).
public enum AdminAction: UInt8, Sendable, CaseIterable {
    case login, logout
    case tokenCreate, tokenRevoke
    case userPassword, userPut, userDelete
    case keyCreate, keyRevoke
    /// A candidate was validated and staged.
    case configure
    /// A revision was put into force.
    case commit
    /// A commit that would have been taken back was confirmed.
    case confirm
    /// A commit that nobody confirmed was taken back.
    case revert
    case agentPut, agentDelete
    case issuerPut, issuerDelete
    case policyPut, policyDelete
    case destinationGroupPut, destinationGroupDelete
    case quotaPut, quotaDelete
    case gatewayEnrolmentToken, gatewayMaintenance, gatewayRevoke
    /// A request that changes something and that the role of the caller does not allow.
    case request
    /// Records of the log were taken out of it as a whole.
    case logExport

    /// The stable word.
    public var name: StaticString {
        switch self {
        case .login: "login"
        case .logout: "logout"
        case .tokenCreate: "token.create"
        case .tokenRevoke: "token.revoke"
        case .userPassword: "user.password"
        case .userPut: "user.put"
        case .userDelete: "user.delete"
        case .keyCreate: "key.create"
        case .keyRevoke: "key.revoke"
        case .configure: "configure"
        case .commit: "commit"
        case .confirm: "confirm"
        case .revert: "revert"
        case .agentPut: "agent.put"
        case .agentDelete: "agent.delete"
        case .issuerPut: "issuer.put"
        case .issuerDelete: "issuer.delete"
        case .policyPut: "policy.put"
        case .policyDelete: "policy.delete"
        case .destinationGroupPut: "destination-group.put"
        case .destinationGroupDelete: "destination-group.delete"
        case .quotaPut: "quota.put"
        case .quotaDelete: "quota.delete"
        case .gatewayEnrolmentToken: "gateway.enrolment-token"
        case .gatewayMaintenance: "gateway.maintenance"
        case .gatewayRevoke: "gateway.revoke"
        case .request: "request"
        case .logExport: "log.export"
        }
    }

    /// The action with this word; nil if there is none.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name.description == name }) else {
            return nil
        }
        self = found
    }
}

/// The role of who acted (field `role`).
public enum ActorRole: UInt8, Sendable, CaseIterable {
    case admin = 1
    case `operator`, auditor, readOnly

    /// The stable word.
    public var name: StaticString {
        switch self {
        case .admin: "admin"
        case .operator: "operator"
        case .auditor: "auditor"
        case .readOnly: "read-only"
        }
    }

    /// The role with this word; nil if there is none.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name.description == name }) else {
            return nil
        }
        self = found
    }
}

/// How an action ended (field `result`).
public enum AdminResult: UInt8, Sendable, CaseIterable {
    /// It was done.
    case ok
    /// It was not allowed, or made no sense: nothing was changed.
    case refused
    /// The control plane could not do it.
    case failed

    /// The stable word.
    public var name: StaticString {
        switch self {
        case .ok: "ok"
        case .refused: "refused"
        case .failed: "failed"
        }
    }
}
