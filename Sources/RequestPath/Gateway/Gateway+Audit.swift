// Events leave the gateway beside the workers: the sender reads the spool's folder and speaks with
// the log, and what a worker has to do for it is to write down a sign of life once a minute.

import ClawgressAudit
import ClawgressDaemon
import ClawgressShipping

extension Gateway {
    /// The sender of a gateway with an `audit` block.
    ///
    /// - Throws: `StartRefusal`.
    static func makeShipper(
        _ audit: ShippingConfiguration,
        _ configuration: GatewayConfiguration,
        _ spool: SpoolFolder,
        _ watch: ShippingWatch
    ) throws(StartRefusal) -> Shipper {
        guard let path = audit.meshFolder ?? configuration.controlPlane?.meshFolder,
            let credential = audit.credential ?? configuration.controlPlane?.credential
        else { throw StartRefusal("the `audit` block is not complete") }
        return try audit.sender(
            of: spool,
            bytesMax: configuration.spool.bytesMax,
            stateFolder: configuration.stateFolder,
            mesh: try openMesh(path, credential, gatewayID: configuration.gatewayID),
            listeners: Shipper.Listeners(
                onView: { watch.see($0) },
                onComplaint: { watch.complain($0) },
                thresholds: { watch.thresholds }
            )
        )
    }
}
