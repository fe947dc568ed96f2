// What `login` and `up` leave for the commands that follow: address, authority and token.

import ClawgressBytes
import Foundation

/// The context that commands use when neither an option nor the environment says otherwise.
struct ContextFile: Codable, Equatable {
    static var bytesMax: Int { 1 << 20 }

    /// `https://host:port`.
    var api: String
    /// The authority's certificate, in PEM.
    var authority: String
    var token: String
    /// The state folder of the `clawgress up` that wrote this; none after a login.
    var state: String?

    /// Where it is.
    static func path(environment: [String: String]) -> String {
        RuntimeFolder.path(environment: environment) + "/context.json"
    }

    /// Reads it; nil if there is none.
    static func read(environment: [String: String]) throws -> ContextFile? {
        let path = path(environment: environment)
        guard let bytes = try WholeFile.readIfPresent(path, bytesMax: bytesMax) else { return nil }
        do {
            return try JSONDecoder().decode(ContextFile.self, from: Data(bytes))
        } catch {
            throw CommandFailure(.data, "`\(path)` is damaged; remove it and log in again")
        }
    }

    /// Writes it, readable by its owner only.
    func write(environment: [String: String]) throws {
        _ = try RuntimeFolder.open(environment: environment)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = Array(try encoder.encode(self)) + Array("\n".utf8)
        try WholeFile.replace(Self.path(environment: environment), with: text, mode: 0o600)
    }

    /// Removes it, if it is there.
    static func remove(environment: [String: String]) throws {
        let path = path(environment: environment)
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CommandFailure(.inputOutput, "cannot remove `\(path)`")
        }
    }
}
