// What lets the audit trail leave the admin API. What it deletes was read from the database anyhow:
// `/v1/events` never looks at the spool.

import ClawgressDaemon
import ClawgressMesh
import ClawgressSealing
import ClawgressShipping

extension AdminAPI {
    /// The sender of a daemon with an `audit` block.
    ///
    /// - Parameter mesh: what proves to the log who sends.
    /// - Throws: `StartRefusal`.
    func makeShipper(
        _ audit: ShippingConfiguration,
        _ configuration: AdminConfiguration,
        _ mesh: MeshFolder
    ) throws(StartRefusal) -> Shipper {
        try audit.sender(
            of: service.journal.spool,
            bytesMax: Int(configuration.limits.spoolBytes),
            stateFolder: configuration.stateFolder,
            mesh: mesh,
            listeners: service.shipping.listeners
        )
    }

    /// What proves to the log who sends and asks.
    ///
    /// - Parameter folder: what proves who the daemon is; the block may name another one.
    /// - Throws: `StartRefusal`.
    static func mesh(
        _ audit: ShippingConfiguration,
        or folder: MeshFolder
    ) throws(StartRefusal) -> MeshFolder {
        let mesh = try own(audit) ?? folder
        guard mesh.identity == MeshIdentity(.adminAPI, AdminJournal.serviceID) else {
            throw StartRefusal(
                "the certificate is `\(mesh.identity)`, and events are shipped by "
                    + "`admin-api/\(AdminJournal.serviceID)` only"
            )
        }
        return mesh
    }

    private static func own(
        _ audit: ShippingConfiguration
    ) throws(StartRefusal) -> MeshFolder? {
        guard let path = audit.meshFolder, let credential = audit.credential else { return nil }
        do {
            return try MeshFolder(path: path, passphrase: try Passphrase(credential: credential))
        } catch {
            throw StartRefusal("the `audit` block's mesh folder cannot be used: \(error)")
        }
    }
}
