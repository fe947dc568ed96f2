// What `up` says about itself in a file, for `status`, `down` and `up --detach`.

import ClawgressBytes
import Foundation
import Glibc

/// The state of a control plane on this machine.
struct UpStatus: Codable, Equatable {
    /// One daemon.
    struct Daemon: Codable, Equatable {
        var name: String
        /// `idle`, `starting`, `ready`, `paused`, `stopping` or `ended`.
        var state: String
        var pid: Int32?
        /// When that process began.
        var began: String?
        var restarts: Int
        /// How its last process ended.
        var lastEnd: String?

        enum CodingKeys: String, CodingKey {
            case name, state, pid, began, restarts
            case lastEnd = "last_end"
        }
    }

    /// The supervising process.
    var pid: Int32
    /// When that process began, as /proc counts: a number given to another is not taken for it.
    var began: String
    /// Whether everything was set up and is supervised by now.
    var isReady: Bool
    var addresses: UpAddresses
    var daemons: [Daemon]
    /// What `status` found out about the log; nothing in the file.
    var audit: UpLogView?

    enum CodingKeys: String, CodingKey {
        case pid, began
        case isReady = "ready"
        case addresses, daemons, audit
    }

    /// Reads a status; nil if there is none, or its process is gone.
    static func read(_ path: String) throws -> UpStatus? {
        guard let status = try last(path) else { return nil }
        return beginning(of: status.pid) == status.began ? status : nil
    }

    /// The status that was written last, whatever became of its process.
    private static func last(_ path: String) throws -> UpStatus? {
        guard let bytes = try WholeFile.readIfPresent(path, bytesMax: 1 << 20) else { return nil }
        guard let status = try? JSONDecoder().decode(UpStatus.self, from: Data(bytes)) else {
            throw CommandFailure(.data, "`\(path)` is damaged; remove it")
        }
        return status
    }

    /// Waits for the daemons of an `up` that was killed: the kernel has told them to end, and their
    /// folders and ports are theirs until they have.
    static func endOrphans(_ path: String) throws {
        for daemon in try last(path)?.daemons.reversed() ?? [] {
            guard let pid = daemon.pid, let began = daemon.began, !began.isEmpty else { continue }
            let deadline = MonotonicClock.milliseconds() + Supervisor.Patience().stopMax
            while beginning(of: pid) == began {
                let isLate = MonotonicClock.milliseconds() >= deadline
                _ = kill(pid, isLate ? SIGKILL : SIGTERM)
                _ = SignalWait.next(within: 50)
            }
        }
    }

    /// Replaces the status.
    func write(_ path: String) throws {
        try WholeFile.replace(path, with: Array(try text.utf8), mode: 0o600)
    }

    /// As JSON.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }

    /// When a process began (field 22 of /proc/PID/stat); empty if there is none.
    static func beginning(of pid: Int32) -> String {
        guard let stat = try? WholeFile.read("/proc/\(pid)/stat", bytesMax: 4_096) else {
            return ""
        }
        // The second field is a name in parentheses, which may hold anything.
        let text = String(decoding: stat, as: UTF8.self)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        // A zombie has ended.
        guard fields.count > 20, fields[1] != "Z" else { return "" }
        return String(fields[20])
    }
}

/// Where everything listens.
struct UpAddresses: Codable, Equatable {
    /// The admin API, as `host:port`.
    var api: String
    /// The policy service, to which gateways connect.
    var policy: String
    /// The audit service, to which gateway and admin API send their records.
    var audit: String
    /// The proxy, to which agents connect.
    var proxy: String
    /// The gateway's own status and metrics.
    var gateway: String

    /// Where they are if nothing else was ever said.
    static let usual = UpAddresses(
        api: "127.0.0.1:9443",
        policy: "127.0.0.1:9444",
        audit: "127.0.0.1:9445",
        proxy: "127.0.0.1:3128",
        gateway: "127.0.0.1:9901"
    )

    init(api: String, policy: String, audit: String, proxy: String, gateway: String) {
        self.api = api
        self.policy = policy
        self.audit = audit
        self.proxy = proxy
        self.gateway = gateway
    }

    /// Decodes addresses, also those of a version without an audit service.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        api = try values.decode(String.self, forKey: .api)
        policy = try values.decode(String.self, forKey: .policy)
        audit = try values.decodeIfPresent(String.self, forKey: .audit) ?? Self.usual.audit
        proxy = try values.decode(String.self, forKey: .proxy)
        gateway = try values.decode(String.self, forKey: .gateway)
    }

    /// Reads them; nil if there are none.
    static func read(_ path: String) throws -> UpAddresses? {
        guard let bytes = try WholeFile.readIfPresent(path, bytesMax: 65_536) else { return nil }
        guard let addresses = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw CommandFailure(.data, "`\(path)` is damaged; remove it")
        }
        return addresses
    }

    /// Keeps them.
    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try WholeFile.replace(path, with: Array(try encoder.encode(self)) + Array("\n".utf8))
    }
}
