// Gateways as operators deal with them: who there is, maintenance, revocation, enrolment.

import ClawgressBundle
public import ClawgressContract
import ClawgressJWS
public import ClawgressMesh
import ClawgressModel
import Logging

extension PolicyPlane {
    /// Every enrolled gateway.
    public func gateways() -> GatewayList {
        GatewayList(
            gateways: book.entries.keys.sorted().compactMap { gatewayID in
                var status = book.status(
                    gatewayID,
                    latest: machine.latest,
                    keySetVersion: keys.keySet.version,
                    isStreaming: streams[gatewayID] != nil,
                    now: clock.uptime()
                )
                if case .failed(let refusal)? = machine.progress[gatewayID],
                    status?.problem == nil
                {
                    status?.problem = refusal.reason
                }
                return status
            }
        )
    }

    /// Refuses a certificate that is not the one with which its gateway was enrolled last.
    ///
    /// - Throws: `Problem`: `gateway_revoked`.
    public func authorise(_ certificate: MeshCertificate) throws(Problem) {
        let gatewayID = certificate.identity.name
        guard book.entries[gatewayID]?.record.certificate == certificate.digest else {
            throw .gatewayRevoked(gatewayID)
        }
    }

    /// Sets or ends maintenance.
    ///
    /// - Throws: `Problem`: `not_found`, `unavailable`.
    public func setMaintenance(
        _ gatewayID: String,
        _ maintenance: Bool
    ) async throws(Problem) {
        await takeTurn()
        defer { endTurn() }
        guard book.entries[gatewayID] != nil else { throw .notFound("gateway `\(gatewayID)`") }
        do throws(PolicyStoreError) {
            try await store.setMaintenance(gatewayID, maintenance)
        } catch {
            throw .unavailable(error)
        }
        book.setMaintenance(gatewayID, maintenance)
    }

    /// Revokes a gateway: from now on its certificate opens nothing of this service, a token that was
    /// made for it enrols nobody, and nobody waits for it.
    ///
    /// One that is not enrolled yet has its token withdrawn.
    ///
    /// - Throws: `Problem`: `not_found`, `unavailable`.
    public func revoke(_ gatewayID: String) async throws(Problem) {
        await takeTurn()
        defer { endTurn() }
        let isFound: Bool
        do throws(PolicyStoreError) {
            isFound = try await store.revoke(gatewayID, at: clock.wall())
        } catch {
            throw .unavailable(error)
        }
        guard isFound else { throw .notFound("gateway `\(gatewayID)`") }
        book.remove(gatewayID)
        if let stream = streams.removeValue(forKey: gatewayID) { stream.lines.finish() }
        take(.removed(gateway: gatewayID))
        logger.notice("revoked a gateway", metadata: ["gateway": "\(gatewayID)"])
    }

    /// Makes a one-time token for a gateway; the secret is answered and not kept, and the token before it
    /// is withdrawn.
    ///
    /// - Throws: `Problem`: `malformed_request`, `unavailable`.
    public func makeToken(
        _ request: EnrolmentTokenRequest
    ) async throws(Problem) -> EnrolmentToken {
        guard Identifier.isValid(request.gatewayID) else {
            throw .malformed("`gateway_id` must be lower-case letters, digits, `.`, `_` or `-`")
        }
        guard EnrolmentTokenRequest.lives.contains(request.expiresSeconds) else {
            throw .malformed(
                "`expires_seconds` must be \(EnrolmentTokenRequest.lives.lowerBound) to "
                    + "\(EnrolmentTokenRequest.lives.upperBound)"
            )
        }
        var generator = SystemRandomNumberGenerator()
        let token = EnrolmentSecret(using: &generator)
        let now = clock.wall()
        let expiresAt = now + request.expiresSeconds
        do throws(PolicyStoreError) {
            try await store.add(
                token,
                for: request.gatewayID,
                expiresAt: expiresAt,
                at: now
            )
        } catch {
            throw .unavailable(error)
        }
        return EnrolmentToken(token: token.text, expiresAt: expiresAt)
    }

    /// Exchanges a token and a certificate request for a certificate.
    ///
    /// The token is used up in the same write that enrols the gateway, so it is neither lost by
    /// a crash nor good for two.
    ///
    /// - Throws: `Problem`: `token_refused`, `certificate_request_refused`,
    ///   `enrolment_unavailable`, `unavailable`.
    public func enrol(
        _ request: EnrolmentRequest,
        issuer: EnrolmentIssuer?
    ) async throws(Problem) -> EnrolmentAnswer {
        guard let token = EnrolmentSecret(request.token),
            let identity = MeshIdentity(.gateway, request.gatewayID)
        else { throw .tokenRefused }
        let now = clock.wall()
        guard try await isAccepted(token, request.gatewayID, now) else { throw .tokenRefused }
        guard let issuer else { throw .enrolmentUnavailable }
        let issued = try await issuer.issue(
            request.csr,
            to: identity,
            days: settings.certificateDays,
            now: now
        )
        let record = GatewayRecord(
            gatewayID: request.gatewayID,
            certificate: issued.digest,
            certificateEnds: issued.notAfter,
            enrolledAt: now
        )
        try await enrol(record, token, now)
        logger.notice("enrolled a gateway", metadata: ["gateway": "\(request.gatewayID)"])
        return EnrolmentAnswer(
            certificate: issued.pem,
            ca: issued.authorities,
            rootKey: keys.rootKey.publicJWK.jsonText,
            keySet: keys.keySetText
        )
    }

    private func isAccepted(
        _ token: EnrolmentSecret,
        _ gatewayID: String,
        _ now: Int64
    ) async throws(Problem) -> Bool {
        do throws(PolicyStoreError) {
            return try await store.accepts(token, for: gatewayID, at: now)
        } catch {
            throw .unavailable(error)
        }
    }

    private func enrol(
        _ record: GatewayRecord,
        _ token: EnrolmentSecret,
        _ now: Int64
    ) async throws(Problem) {
        await takeTurn()
        defer { endTurn() }
        let isEnrolled: Bool
        do throws(PolicyStoreError) {
            isEnrolled = try await store.enrol(record, with: token, at: now)
        } catch {
            throw .unavailable(error)
        }
        guard isEnrolled else { throw .tokenRefused }
        book.enrol(record)
        // It was opened with another certificate.
        if let stream = streams[record.gatewayID] {
            endStream(of: record.gatewayID, number: stream.number)
        }
    }
}

// MARK: - One change after the other

extension PolicyPlane {
    /// Waits until no other change of the gateways is on its way to the disk.
    ///
    /// The actor does other things meanwhile: two changes of one gateway could reach the disk in one
    /// order and the memory in the other, and would differ until a restart.
    private func takeTurn() async {
        if isGatewayChanging {
            await withCheckedContinuation { gatewayChanges.append($0) }
        } else {
            isGatewayChanging = true
        }
    }

    /// Lets the next change begin.
    private func endTurn() {
        if gatewayChanges.isEmpty {
            isGatewayChanging = false
        } else {
            gatewayChanges.removeFirst().resume()
        }
    }
}
