// Reading a daemon's configuration file: YAML with every problem named by key, unknown keys
// refused, because a misspelt limit that is silently ignored is a hole.

import Foundation
import Yams

/// Reads configuration files.
public enum ConfigurationFile {
    /// Reads, decodes and checks a file.
    ///
    /// - Throws: ``StartRefusal`` with file, place and what to do.
    public static func read<Configuration: DaemonConfiguration>(
        _ type: Configuration.Type,
        from path: String
    ) throws(StartRefusal) -> Configuration {
        let configuration: Configuration = try decode(path)
        let problems = configuration.problems()
        guard problems.isEmpty else {
            throw StartRefusal(problems.map { "\(path): \($0)" }.joined(separator: "\n"))
        }
        return configuration
    }

    private static func decode<Configuration: DaemonConfiguration>(
        _ path: String
    ) throws(StartRefusal) -> Configuration {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StartRefusal(
                "cannot read the configuration file `\(path)`; name one with `--config`"
            )
        }
        do {
            return try YAMLDecoder().decode(Configuration.self, from: data)
        } catch let error as DecodingError {
            throw StartRefusal("\(path): \(sentence(for: error))")
        } catch {
            throw StartRefusal("\(path): \(error)")
        }
    }

    private static func sentence(for error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "the file" : "`\(path)`"
        }
        switch error {
        case .keyNotFound(let key, _): return "the key `\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(place(context)) has a value of the wrong type"
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { ": \($0)" } ?? ""
            return "\(place(context)): \(context.debugDescription)\(cause)"
        @unknown default: return "\(error)"
        }
    }
}

/// Refuses keys that a type does not know, from inside its `init(from:)`.
public enum UnknownKeys {
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Throws if the mapping at hand has a key outside `known`.
    public static func refuse(
        in decoder: any Decoder,
        known: some Collection<String>
    ) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        for key in container.allKeys where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "unknown key `\(key.stringValue)`; known are "
                        + known.sorted().map { "`\($0)`" }.joined(separator: ", ")
                )
            )
        }
    }
}
