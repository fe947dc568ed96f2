// The block `audit` of a configuration file, which lets records leave the process: where the log is,
// how the process proves itself there, and whose checkpoints it believes.

import ClawgressBytes
import ClawgressContract
public import ClawgressDaemon
public import ClawgressMesh
import ClawgressTransparencyLog

/// How batches travel.
public enum ShippingCompression: String, Decodable, Sendable {
    /// As they are: no work.
    case none
    /// As gzip: a fraction of the bytes, for the work of packing them.
    case gzip
}

/// The block `audit` of the configuration file.
public struct ShippingConfiguration: Decodable, Sendable {
    /// Where `clawgress-audit` listens, `host:port`.
    public var address: String
    /// The folder with `ca.pem`, `certificate.pem` and `key.sealed`; nil for the one that the
    /// process has already.
    public var meshFolder: String?
    /// The file with the passphrase that opens the key; nil for the one that it has already.
    public var credential: String?
    /// The file with the log's public key, as `name+id+key`.
    public var logKey: String
    /// Records that are sent together.
    public var batchEvents: Int
    /// Milliseconds between two looks at a spool that had nothing more.
    public var batchMilliseconds: Int64
    /// Whether batches are packed on their way.
    public var compression: ShippingCompression

    enum CodingKeys: String, CodingKey, CaseIterable {
        case address, credential, compression
        case meshFolder = "mesh_folder"
        case logKey = "log_key"
        case batchEvents = "batch_events"
        case batchMilliseconds = "batch_ms"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        address = try values.decode(String.self, forKey: .address)
        meshFolder = try values.decodeIfPresent(String.self, forKey: .meshFolder)
        credential = try values.decodeIfPresent(String.self, forKey: .credential)
        logKey = try values.decode(String.self, forKey: .logKey)
        batchEvents =
            try values.decodeIfPresent(Int.self, forKey: .batchEvents) ?? AuditBatch.linesMax
        batchMilliseconds =
            try values.decodeIfPresent(Int64.self, forKey: .batchMilliseconds) ?? 200
        compression =
            try values.decodeIfPresent(ShippingCompression.self, forKey: .compression) ?? .none
    }

    /// Problems that the format alone does not show.
    ///
    /// - Parameter hasMesh: whether the process has a mesh folder that the block can share.
    public func problems(hasMesh: Bool) -> [String] {
        var found: [String] = []
        if MeshAddress(address) == nil {
            found.append("`audit.address` value `\(address)` is no `host:port`")
        }
        if (meshFolder == nil) != (credential == nil) {
            found.append("`audit.mesh_folder` and `audit.credential` belong together")
        } else if meshFolder == nil, !hasMesh {
            found.append(
                "`audit` needs `mesh_folder` and `credential`: there is no `control_plane` to "
                    + "share them with"
            )
        }
        if !(1...AuditBatch.linesMax).contains(batchEvents) {
            found.append("`audit.batch_events` must be 1 to \(AuditBatch.linesMax)")
        }
        if !(10...60_000).contains(batchMilliseconds) {
            found.append("`audit.batch_ms` must be 10 to 60000")
        }
        return found
    }

    /// The sender that the block describes.
    ///
    /// - Parameters:
    ///   - spool: what is shipped.
    ///   - bytesMax: what its segments may take.
    ///   - stateFolder: where position and checkpoint are kept; must exist.
    ///   - mesh: what proves to the log who sends.
    /// - Throws: `StartRefusal`; everything that can be wrong with the block is found here, but
    ///   for the log itself, without which the process works all the same.
    public func sender(
        of spool: any ShippedSpool,
        bytesMax: Int,
        stateFolder: String,
        mesh: MeshFolder,
        listeners: Shipper.Listeners
    ) throws(StartRefusal) -> Shipper {
        guard let address = MeshAddress(address), let service = MeshIdentity(.audit, "audit")
        else { throw StartRefusal("`audit.address` must be `host:port`") }
        var limits = MeshClient.Limits()
        limits.bodyBytesMax = 1 << 20
        let key = try readLogKey()
        do throws(ShippingFilesError) {
            return try Shipper(
                spool: spool,
                bytesMax: bytesMax,
                batchMax: batchEvents,
                look: batchMilliseconds,
                compression: compression,
                files: ShippingFiles(folder: stateFolder),
                logKey: key,
                client: MeshClient(
                    .folder(mesh),
                    service: service,
                    address: address,
                    limits: limits
                ),
                listeners: listeners
            )
        } catch {
            throw StartRefusal("records cannot be shipped: \(error)")
        }
    }

    private func readLogKey() throws(StartRefusal) -> NoteKey {
        do {
            let text = String(decoding: try WholeFile.read(logKey, bytesMax: 4_096), as: UTF8.self)
            guard let line = text.split(separator: "\n").first else { throw NoteError.keyMalformed }
            return try NoteKey(line)
        } catch {
            throw StartRefusal("log key `\(logKey)`: \(error)")
        }
    }
}
