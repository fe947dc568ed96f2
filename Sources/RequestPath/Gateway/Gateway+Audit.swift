// Events leave the gateway beside the workers: the sender reads the spool's folder and speaks with
// the log, and what a worker has to do for it is to write down a sign of life once a minute.

import ClawgressAudit
import ClawgressBytes
import ClawgressDaemon
import ClawgressMesh
import ClawgressSealing
import ClawgressShipping
import ClawgressTransparencyLog
import Logging

extension Gateway {
    /// The sender of a gateway with an `audit` block.
    ///
    /// - Throws: `StartRefusal`; everything that can be wrong with the block is found here, but
    ///   for the log itself, without which the gateway serves all the same.
    static func makeShipper(
        _ audit: AuditConfiguration,
        _ configuration: GatewayConfiguration,
        _ spool: SpoolFolder,
        _ watch: ShippingWatch
    ) throws(StartRefusal) -> Shipper {
        guard let address = MeshAddress(audit.address),
            let service = MeshIdentity(.audit, "audit"),
            let path = audit.meshFolder ?? configuration.controlPlane?.meshFolder,
            let credential = audit.credential ?? configuration.controlPlane?.credential
        else { throw StartRefusal("the `audit` block is not complete") }
        let folder = try openMesh(path, credential, gatewayID: configuration.gatewayID)
        var limits = MeshClient.Limits()
        limits.bodyBytesMax = 1 << 20
        let key = try readLogKey(audit.logKey)
        do throws(ShippingFilesError) {
            return try Shipper(
                spool: spool,
                bytesMax: configuration.spool.bytesMax,
                batchMax: audit.batchEvents,
                look: audit.batchMilliseconds,
                files: ShippingFiles(folder: configuration.stateFolder),
                logKey: key,
                client: MeshClient(
                    .folder(folder),
                    service: service,
                    address: address,
                    limits: limits
                ),
                listeners: Shipper.Listeners(
                    onView: { watch.see($0) },
                    onComplaint: { watch.complain($0) }
                )
            )
        } catch {
            throw StartRefusal("events cannot be shipped: \(error)")
        }
    }

    private static func readLogKey(_ path: String) throws(StartRefusal) -> NoteKey {
        do {
            let text = String(decoding: try WholeFile.read(path, bytesMax: 4_096), as: UTF8.self)
            guard let line = text.split(separator: "\n").first else { throw NoteError.keyMalformed }
            return try NoteKey(line)
        } catch {
            throw StartRefusal("log key `\(path)`: \(error)")
        }
    }
}
