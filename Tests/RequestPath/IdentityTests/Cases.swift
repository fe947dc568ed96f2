// The data files of this folder and the seeded generator of its randomised tests.

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

/// SplitMix64: the same choices in every run.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
