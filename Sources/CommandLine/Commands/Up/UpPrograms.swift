// The daemons' programs: those that lie beside this one, so that all are of one version.

import Foundation

/// Paths of the daemons' programs.
struct UpPrograms {
    let policy: String
    let audit: String
    let adminAPI: String
    let gateway: String

    /// The program that is running now.
    static func own() throws -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            throw CommandFailure(.inputOutput, "cannot read /proc/self/exe")
        }
    }

    /// Looks beside the program that is running now; copies what the daemons' user cannot reach
    /// there (a clone in /root) to `copies`.
    static func locate(for user: DaemonUser, copies: String, log: String) throws -> UpPrograms {
        let folder = URL(fileURLWithPath: try own()).deletingLastPathComponent().path
        func program(_ name: String) throws -> String {
            let path = "\(folder)/\(name)"
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw CommandFailure(
                    .noInput,
                    "`\(path)` is missing: clawgress up needs all daemons beside itself"
                )
            }
            if try user.canExecute(path, log: log) { return path }
            return try copy(path, to: "\(copies)/\(name)")
        }
        try DaemonUser.makeFolder(copies, mode: 0o711)
        return UpPrograms(
            policy: try program("clawgress-policy"),
            audit: try program("clawgress-audit"),
            adminAPI: try program("clawgress-admin-api"),
            gateway: try program("clawgress-gateway")
        )
    }

    private static func copy(_ path: String, to copy: String) throws -> String {
        let manager = FileManager.default
        do {
            if manager.fileExists(atPath: copy) { try manager.removeItem(atPath: copy) }
            try manager.copyItem(atPath: path, toPath: copy)
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        } catch {
            throw CommandFailure(.cannotCreate, "cannot copy `\(path)` to `\(copy)`")
        }
        return copy
    }
}

extension DaemonUser {
    /// Whether this user can execute a program, or enter a folder.
    func canExecute(_ path: String, log: String) throws -> Bool {
        let child = try ChildProcess.start(
            command(["/usr/bin/test", "-x", path], isSupervised: false),
            environment: [:],
            log: log
        )
        return child.waitForEnd().isSuccess
    }
}
