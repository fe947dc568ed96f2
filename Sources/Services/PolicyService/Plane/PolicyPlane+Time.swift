// What happens by itself as time passes.

import ClawgressBundle
import ClawgressContract
import ClawgressJWSSigning
import Logging

extension PolicyPlane {
    /// Pings every stream.
    public func ping() {
        for gatewayID in streams.keys { send(.ping, to: gatewayID) }
    }

    /// Reverts what was not confirmed in time.
    public func lookAtDeadline() {
        revertIfDue()
    }

    /// Says in the log that nothing can be signed soon.
    public func lookAtSigner() {
        let (wall, uptime) = (clock.wall(), clock.uptime())
        let end = keys.signsUntil(from: wall)
        guard let finding = alarm.look(left: end - wall, uptime: uptime) else { return }
        let metadata: Logger.Metadata = [
            "alert": "signing_key_expires", "ends": "\(end)", "seconds_left": "\(end - wall)",
        ]
        switch finding {
        case .soon:
            logger.warning(
                "the last signing key ends soon: run `clawgress-policy rotate-key`",
                metadata: metadata
            )
        case .over:
            logger.error(
                "no key may sign, nothing can be published: run `clawgress-policy rotate-key`",
                metadata: metadata
            )
        }
    }

    /// What is measured now.
    func metrics() -> PolicyMetrics {
        let now = clock.wall()
        return PolicyMetrics(
            signingLeft: keys.signsUntil(from: now) - now,
            keySetVersion: keys.keySet.version,
            latest: machine.latest,
            gateways: gateways().gateways.map(\.state)
        )
    }

    /// Keeps when gateways were heard from.
    public func keepSignsOfLife() {
        let times = book.entries.compactMapValues(\.record.lastHeard)
        if !times.isEmpty { workInput.yield(.heard(times)) }
    }

    /// Takes keys that somebody has put into the folder, and tells the gateways.
    ///
    /// - Throws: `KeySetRejection` for an older set than was ever in force here.
    public func adopt(_ new: KeyRing) async throws {
        guard new.keySetText != keys.keySetText else { return }
        try new.keySet.requireNotOlder(than: keys.keySet)
        try await store.add(new.keySet, jws: new.keySetText)
        keys = new
        logger.notice(
            "a new key set is in force",
            metadata: [
                "version": "\(new.keySet.version)", "epoch": "\(new.keySet.epoch)",
                "signer": "\(new.signer(at: clock.wall())?.keyID ?? "none")",
            ]
        )
        for gatewayID in streams.keys { send(.keySet(new.keySetText), to: gatewayID) }
    }
}
