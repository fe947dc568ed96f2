// What a person is told: what happened and whom to ask. Never which part of a secret was
// wrong, what another policy says, or how a refusal could be avoided.

import ClawgressModel

extension Reason {
    /// One or two sentences without characters that JSON escapes.
    var sentence: StaticString {
        switch self {
        case _ where isMalformedRequest: malformedSentence
        case _ where isAddress: addressSentence
        case _ where isTunnelContent: tunnelSentence
        case _ where status == 407 || self == .agentDisabled: identitySentence
        case _ where rawValue >= Reason.nameNotFound.rawValue: upstreamSentence
        default: decisionSentence
        }
    }

    private var decisionSentence: StaticString {
        switch self {
        case .policyAllowed:
            "The request is allowed."
        case .policyDenied:
            """
            A policy of your organisation denies this request. The administrators of the gateway \
            can tell more.
            """
        case .defaultDeny:
            """
            No policy allows this request. If the agent needs this destination, ask the \
            administrators of the gateway.
            """
        case .noPolicy:
            """
            The gateway has no policies yet and forwards nothing. Try again later or ask its \
            administrators.
            """
        case .quotaRPSExceeded:
            "The agent has used up its requests for this second. Wait as long as Retry-After says."
        case .quotaRPMExceeded:
            "The agent has used up its requests for this minute. Wait as long as Retry-After says."
        case .failureBudgetExhausted:
            """
            Too many attempts with wrong credentials. Wait a little, then use the credentials \
            that were issued to the agent.
            """
        case .verificationOverloaded, .verificationTimedOut:
            "The gateway could not check the credentials in time. Try again."
        case .headTooLarge, .tooManyFields:
            """
            The head of the request is larger than the gateway accepts. Send fewer or shorter \
            fields.
            """
        case .headTimedOut:
            "The head of the request did not arrive in time. Send it again without pauses."
        case .tooManyTunnels:
            """
            The agent has as many tunnels open as it may have. Close some or ask the \
            administrators of the gateway.
            """
        case .sourceOverBudget:
            """
            Too many refused connections came from this address. Wait ten seconds before the next \
            one.
            """
        case .tunnelPortRefused:
            """
            The gateway opens no tunnels to this port. If the agent needs it, ask the \
            administrators of the gateway.
            """
        case .exchangeTimedOut, .idleTimedOut:
            "The exchange took longer than the gateway allows and was ended."
        default:
            """
            The gateway refused this request. Its administrators can find the cause by the \
            request id.
            """
        }
    }

    private var identitySentence: StaticString {
        switch self {
        case .credentialsMissing:
            """
            The request carries no credentials. Send those of the agent in Proxy-Authorization, \
            as Basic or Bearer.
            """
        case .credentialsMalformed:
            """
            The credentials in Proxy-Authorization cannot be read. Send them once, as Basic or \
            Bearer.
            """
        case .credentialsUnsupportedScheme:
            "The gateway understands the schemes Basic and Bearer only."
        case .agentDisabled:
            "The agent is disabled. Ask the administrators of the gateway."
        case .keyExpired, .tokenExpired:
            "The credentials have expired. Get new ones for the agent."
        case .tokenNotYetValid, .tokenIssuedInFuture:
            "The token is not valid yet. Check the clock of the machine that issued it."
        case .tokenLifeTooLong:
            """
            The token is valid for longer than the gateway accepts. Ask its issuer for one with a \
            shorter life.
            """
        case .tokenAudienceMismatch:
            "The token was not issued for this gateway. Ask its issuer for one that is."
        case .tokenClaimMissing, .tokenClaimMismatch:
            """
            The claims of the token do not fit the agent as it is registered. Ask the \
            administrators of the gateway.
            """
        default:
            """
            The credentials are not accepted. Check that they are the ones issued to this agent, \
            or ask the administrators of the gateway.
            """
        }
    }

    private var addressSentence: StaticString {
        switch self {
        case .addressProtected:
            "The destination is part of the infrastructure that the gateway protects."
        case .addressDeniedByPolicy:
            """
            A policy of your organisation denies the address of the destination. Ask the \
            administrators of the gateway.
            """
        default:
            """
            The destination has an address that is not public, and no policy opens it. Ask the \
            administrators of the gateway if the agent needs it.
            """
        }
    }

    private var upstreamSentence: StaticString {
        switch self {
        case .nameNotFound:
            "The name of the destination does not exist. Check its spelling."
        case .nameResolutionFailed, .nameResolutionTimedOut:
            "The name of the destination could not be resolved at the moment. Try again later."
        case .connectRefused:
            """
            The destination refused the connection. It may be down, or nothing listens on this \
            port.
            """
        case .connectTimedOut, .connectUnreachable:
            "The destination could not be reached. It may be down or cut off."
        case .upstreamClosed:
            "The destination closed the connection before it answered."
        case .upstreamMalformed:
            "The destination gave an answer that is not sound HTTP, so it was not passed on."
        case .webSocketAcceptMismatch:
            "The destination agreed to a WebSocket without the proof that it had read the request."
        case .upstreamTimedOut:
            "The destination did not answer in time."
        case .auditUnavailable:
            """
            The gateway cannot record requests at the moment and therefore forwards none. Ask its \
            administrators.
            """
        case .draining:
            "This gateway is shutting down. Connect again to reach another one."
        case .overloaded:
            "The gateway has as much to do as it can. Try again shortly."
        case .noLongerAllowed:
            """
            The request was allowed when it began and is so no longer: policies, or the agent's \
            registration or credentials, have changed since.
            """
        default:
            "The exchange with the destination failed. Try again later."
        }
    }
}
