// The part of `gateway.yaml` that makes a gateway an enrolled one: where its policy service is, how
// it proves itself there, and whom it believes.

import ClawgressDaemon
import ClawgressMesh

/// The block `control_plane` of the configuration file.
public struct ControlPlaneConfiguration: Decodable, Sendable {
    /// Where `clawgress-policy` listens, `host:port`.
    public var address: String
    /// The folder with `ca.pem`, `certificate.pem` and `key.sealed`.
    public var meshFolder: String
    /// The file with the passphrase that opens the key.
    public var credential: String
    /// The file with the public root key (JWK).
    public var rootKey: String
    /// Seconds without a word of the policy service after which `bundle_stale` is raised.
    public var maxAgeSeconds: Int64
    /// Seconds after which nothing is served any more; nil to serve on.
    public var denyAfterSeconds: Int64?

    /// The accepted ages: up to ten years, so that no sum overflows.
    private static var ages: ClosedRange<Int64> { 1...315_360_000 }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case address, credential
        case meshFolder = "mesh_folder"
        case rootKey = "root_key"
        case maxAgeSeconds = "max_age_seconds"
        case denyAfterSeconds = "deny_after_seconds"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        address = try values.decode(String.self, forKey: .address)
        meshFolder = try values.decode(String.self, forKey: .meshFolder)
        credential = try values.decode(String.self, forKey: .credential)
        rootKey = try values.decode(String.self, forKey: .rootKey)
        maxAgeSeconds = try values.decodeIfPresent(Int64.self, forKey: .maxAgeSeconds) ?? 3_600
        denyAfterSeconds = try values.decodeIfPresent(Int64.self, forKey: .denyAfterSeconds)
    }

    /// Problems that the format alone does not show.
    func problems() -> [String] {
        var found: [String] = []
        if MeshAddress(address) == nil {
            found.append("`control_plane.address` value `\(address)` is no `host:port`")
        }
        if !Self.ages.contains(maxAgeSeconds) {
            found.append("`control_plane.max_age_seconds` must be 1 to 315360000")
        }
        if let denyAfterSeconds, !Self.ages.contains(denyAfterSeconds) {
            found.append("`control_plane.deny_after_seconds` must be 1 to 315360000")
        }
        return found
    }
}
