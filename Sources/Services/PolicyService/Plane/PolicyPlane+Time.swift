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
                "signer": "\(new.signer.keyID)",
            ]
        )
        for gatewayID in streams.keys { send(.keySet(new.keySetText), to: gatewayID) }
    }
}
