// The data files of this folder, and the words that they use.

import ClawgressBytes
import ClawgressJWS
import ClawgressModel
import Testing

/// A list of cases from `Cases/<name>.json`.
func cases(_ name: String, file: String = #filePath) throws -> [JSONValue] {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let content = try MappedFile.open(path: "/\(folder)/Cases/\(name).json", writable: false)
    return try #require(StrictJSON.read(content.bytes).elements)
}

extension Reason {
    /// The word of a reason as case files spell it.
    var word: String { name.description }
}
