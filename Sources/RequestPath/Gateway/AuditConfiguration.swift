// The part of `gateway.yaml` that lets events leave the gateway: where the log is, how the gateway
// proves itself there, and whose checkpoints it believes.

import ClawgressContract
import ClawgressDaemon
import ClawgressMesh

/// The block `audit` of the configuration file.
public struct AuditConfiguration: Decodable, Sendable {
    /// Where `clawgress-audit` listens, `host:port`.
    public var address: String
    /// The folder with `ca.pem`, `certificate.pem` and `key.sealed`; nil for `control_plane`'s.
    public var meshFolder: String?
    /// The file with the passphrase that opens the key; nil for `control_plane`'s.
    public var credential: String?
    /// The file with the log's public key, as `name+id+key`.
    public var logKey: String
    /// Events that are sent together.
    public var batchEvents: Int
    /// Milliseconds between two looks at a spool that had nothing more.
    public var batchMilliseconds: Int64

    enum CodingKeys: String, CodingKey, CaseIterable {
        case address, credential
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
    }

    /// Problems that the format alone does not show.
    func problems(isEnrolled: Bool) -> [String] {
        var found: [String] = []
        if MeshAddress(address) == nil {
            found.append("`audit.address` value `\(address)` is no `host:port`")
        }
        if (meshFolder == nil) != (credential == nil) {
            found.append("`audit.mesh_folder` and `audit.credential` belong together")
        } else if meshFolder == nil, !isEnrolled {
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
}
