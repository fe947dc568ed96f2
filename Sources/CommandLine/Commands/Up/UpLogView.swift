// How the log is, for `status`: its own files say how long it is and when it said so last, the
// gateway says how far behind it is.

import ClawgressBytes
import ClawgressTransparencyLog
import Foundation

/// The log of a control plane on this machine.
struct UpLogView: Codable, Equatable {
    /// The folder with the log's files.
    var folder: String
    /// The file with the key by which the log is verified.
    var key: String
    /// Records that the newest checkpoint covers.
    var size: Int?
    /// Seconds since that checkpoint was published.
    var checkpointAge: Double?
    /// Whether the log answered the gateway's last attempt.
    var isConnected: Bool?
    /// Age in seconds of the oldest record that is on its way from the gateway to the log.
    var lag: Double?
    /// What is wrong with the checkpoint.
    var problem: String?

    enum CodingKeys: String, CodingKey {
        case folder = "log_folder"
        case key = "log_key"
        case size
        case checkpointAge = "checkpoint_age_seconds"
        case isConnected = "connected"
        case lag = "lag_seconds"
        case problem
    }

    /// Looks; nil if there is no log yet.
    static func look(at places: UpPlaces, gateway: String?) -> UpLogView? {
        guard let key = try? UpLogKey.read(places) else { return nil }
        var view = UpLogView(folder: places.log, key: places.logKey)
        view.readCheckpoint(key)
        let metrics = gateway.flatMap { GatewayMetrics.ask($0) }
        view.isConnected = metrics?["clawgress_audit_connected"].map { $0 == 1 }
        view.lag = metrics?["clawgress_audit_lag_seconds"]
        return view
    }

    private mutating func readCheckpoint(_ key: NoteKey) {
        do {
            let file = try DaemonFile.readIfPresent("\(folder)/checkpoint", bytesMax: 65_536)
            guard let file else {
                problem = "there is no checkpoint"
                return
            }
            let checkpoint = try Checkpoint.verified(
                try SignedNote(file.content),
                of: key.name,
                by: [key]
            )
            size = checkpoint.head.size
            checkpointAge = Double(max(0, WallClock.milliseconds() - file.written)) / 1_000
        } catch {
            problem = "\(error)"
        }
    }

    /// As lines for people.
    var lines: [String] {
        var table = TextTable("LOG", "CHECKPOINT", "SHIPPING", "LOG KEY")
        let records = size.map { "\($0) records" } ?? "-"
        let age = checkpointAge.map { "\(Self.rounded($0)) s ago" }
        let behind = lag.map { "\(Self.rounded($0)) s behind" } ?? "-"
        table.add(
            records,
            problem ?? age ?? "-",
            isConnected == false ? "not connected, \(behind)" : behind,
            key
        )
        return table.lines
    }

    private static func rounded(_ seconds: Double) -> String {
        let tenths = Int64((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// The key by which the log of a control plane on this machine is verified.
enum UpLogKey {
    /// Reads our copy.
    static func read(_ places: UpPlaces) throws -> NoteKey {
        try NoteKey(line(try WholeFile.read(places.logKey, bytesMax: 4_096)))
    }

    /// The one line of such a file.
    static func line(_ content: [UInt8]) -> String {
        String(decoding: content.prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
