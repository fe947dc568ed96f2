// The data files of this folder, read with the reader under test: a reader that could not read
// them would fail every test here, and loudly.

import ClawgressBytes
import ClawgressJWS
import TestKit
import Testing

/// A list of cases from `Cases/<name>.json`.
func cases(_ name: String, file: String = #filePath) throws -> [JSONValue] {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let content = try MappedFile.open(path: "/\(folder)/Cases/\(name).json", writable: false)
    return try #require(StrictJSON.read(content.bytes).elements)
}

/// One to four small changes: a byte replaced, removed, doubled or inserted.
func mutated(_ bytes: [UInt8], by generator: inout SplitMix64) -> [UInt8] {
    var changed = bytes
    let alphabet = Array("{}[]\",:\\.eE+-0123456789abcdefulnrt =_\u{0}\u{7F}é".utf8)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0...changed.count, using: &generator)
        let byte = alphabet.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<4, using: &generator) {
        case 0 where place < changed.count: changed[place] = byte
        case 1 where place < changed.count: changed.remove(at: place)
        case 2 where place < changed.count: changed.insert(changed[place], at: place)
        default: changed.insert(byte, at: place)
        }
    }
    return changed
}
