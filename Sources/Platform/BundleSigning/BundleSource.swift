// A source folder read as a whole: what people wrote in clawgress.yaml, what `clawgress key`
// wrote in keys.yaml, and the public keys of issuers, as one snapshot that gateways will take.

import ClawgressBundle
import ClawgressBytes
public import ClawgressModel
import ClawgressSnapshotCheck
import Yams

/// The content of a source folder.
public struct BundleSource: Sendable {
    /// The name of the hand-written file.
    public static var fileName: String { "clawgress.yaml" }
    /// The greatest length of the hand-written file, in bytes.
    public static var bytesMax: Int { 16 << 20 }

    /// The folder.
    public let folder: String
    /// What it says; not yet stamped with serial, time and revision.
    public let snapshot: Snapshot
    /// What its author should look at; none of it stops a gateway.
    public let warnings: [String]

    /// Reads and compiles a source.
    ///
    /// - Parameters:
    ///   - path: the folder, or the `clawgress.yaml` in it.
    ///   - now: seconds since 1970 UTC; expired keys do not count as live.
    /// - Throws: `SourceError`, with all problems of the file at once.
    public static func load(_ path: String, now: Int64) throws(SourceError) -> BundleSource {
        let (folder, bytes) = try locate(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .problems([
                SourceProblem(file: fileName, line: 1, column: 1, message: "it is not valid UTF-8")
            ])
        }
        let keys = try KeyFile.load(folder: folder)
        let reader = SourceReader(file: fileName)
        var snapshot = Snapshot()
        if let root = try reader.root(of: text) {
            snapshot = reader.snapshot(root, folder: folder)
        }
        try reader.finish()
        var warnings = distribute(keys, among: &snapshot.agents)
        do throws(SnapshotRefusal) {
            warnings += try SnapshotCheck.warnings(of: snapshot, now: now)
        } catch {
            throw .rules(error.problems)
        }
        if snapshot.agents.isEmpty {
            warnings.append("no agent is declared, so every request will be refused")
        }
        return BundleSource(folder: folder, snapshot: snapshot, warnings: warnings)
    }

    private static func locate(_ path: String) throws(SourceError) -> (String, [UInt8]) {
        do throws(FileError) {
            do throws(FileError) {
                let bytes = try WholeFile.read(path, bytesMax: bytesMax)
                return (parent(of: path), bytes)
            } catch  where error.isFolder {
                let bytes = try WholeFile.read("\(path)/\(fileName)", bytesMax: bytesMax)
                return (path, bytes)
            }
        } catch {
            throw .file(error)
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Gives each agent its keys; keys of agents that are gone are left out and named.
    private static func distribute(_ keys: KeyFile, among agents: inout [Agent]) -> [String] {
        for place in agents.indices { agents[place].keys = keys.records(of: agents[place].agentID) }
        let known = Set(agents.map(\.agentID))
        return keys.entries.filter { !known.contains($0.agentID) }.map {
            "\(KeyFile.name): key `\($0.record.keyID)` is of agent `\($0.agentID)`, which is not "
                + "declared; the key is left out"
        }
    }
}

extension SourceReader {
    /// Reads the whole document.
    fileprivate func snapshot(_ root: Node, folder: String) -> Snapshot {
        let keys = [
            "agents", "issuers", "destination_groups", "policies", "quotas", "default_quota",
            "settings",
        ]
        guard let fields = fields(root, of: "the file", keys: keys) else { return Snapshot() }
        let agents = agents(fields.list("agents"))
        let groups = fields["destination_groups"].map { destinationGroups($0) } ?? [:]
        let (settings, tunnels) =
            fields["settings"].map { self.settings($0) } ?? (GatewaySettings(), TunnelDefaults())
        let placed = policies(fields.list("policies"), agents: agents, tunnels: tunnels)
        compile(placed, agents: agents, groups: groups, root: root)
        return Snapshot(
            agents: agents,
            issuers: issuers(fields.list("issuers"), folder: folder),
            destinationGroups: groups,
            policies: placed.map(\.policy),
            quotas: quotas(fields.list("quotas"), agents: agents),
            defaultQuota: fields["default_quota"].flatMap { defaultQuota($0) },
            settings: settings
        )
    }
}
