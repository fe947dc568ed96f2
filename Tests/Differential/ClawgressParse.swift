// clawgress-parse FILE: reads parts of messages with the gateway's own parsers and prints what
// each means, one JSON line a part. Tests/Integration/test_differential.py holds the lines
// against parsers that others wrote. Never part of the product; imports no package.
//
// The file is a row of records: one byte for the kind of part (see `PartKind`), the length as
// four little-endian bytes, then as many bytes as a peer could have sent.

import ClawgressBytes

@main
enum ClawgressParse {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else { throw UsageError() }
        let corpus = try MappedFile.open(path: CommandLine.arguments[1], writable: false)
        var records = Records(corpus.bytes)
        while let record = try records.next() {
            let part = corpus.bytes.extracting(record.content)
            switch record.kind {
            case .request: print(requestLine(part))
            case .response: print(responseLine(part, isHead: false))
            case .responseToHead: print(responseLine(part, isHead: true))
            case .chunks: print(chunksLine(part))
            }
        }
    }
}

/// What a record of the corpus is.
enum PartKind: UInt8 {
    /// The head of a request.
    case request = 0x51
    /// The head of an answer to GET.
    case response = 0x52
    /// The head of an answer to HEAD.
    case responseToHead = 0x48
    /// Chunked content.
    case chunks = 0x43
}

/// The program was called without a file, or with more than one.
struct UsageError: Error {}

/// The corpus is not a row of records.
struct CorpusError: Error {
    /// Where the record that cannot be read begins.
    let offset: Int
}

/// A walk over the records of a corpus.
struct Records: ~Escapable {
    private let bytes: Span<UInt8>
    private var offset = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// The next record, or nil behind the last one.
    mutating func next() throws -> (kind: PartKind, content: Range<Int>)? {
        guard offset < bytes.count else { return nil }
        guard bytes.count - offset >= 5, let kind = PartKind(rawValue: bytes[offset]) else {
            throw CorpusError(offset: offset)
        }
        let start = offset + 5
        let length = Int(bytes.load(littleEndian: UInt32.self, at: offset + 1))
        guard length <= bytes.count - start else { throw CorpusError(offset: offset) }
        offset = start + length
        return (kind, start..<offset)
    }
}
