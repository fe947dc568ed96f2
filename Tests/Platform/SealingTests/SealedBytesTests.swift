// The envelope that all secrets at rest share. What it promises of keys is tried in
// SealedKeyTests; here is what it promises of any bytes.

import ClawgressSealing
import Testing

@Suite("Sealed bytes")
struct SealedBytesTests {
    static let cheap = SealedBytes.Cost(rounds: 16, blockSize: 8, parallelism: 1)

    let passphrase: Passphrase

    init() throws {
        passphrase = try Passphrase(Array("correct horse".utf8))
    }

    @Test("come back as they were, with their name", arguments: [0, 1, 16, 40_000])
    func roundTrip(count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let sealed = try SealedBytes(
            sealing: content,
            name: "clawgress://gateway/gw-1",
            with: passphrase,
            cost: Self.cheap
        )
        let read = try SealedBytes(file: sealed.fileBytes)
        #expect(read.name == "clawgress://gateway/gw-1")
        #expect(try read.open(with: passphrase) == content)
    }

    @Test("open a file that another implementation of the format wrote")
    func foreignFile() throws {
        // Python's hashlib.scrypt and ChaCha20Poly1305, from the description alone: what is on
        // disks must keep opening, whatever happens to this code.
        let file = """
            {"box":"AAECAwQFBgcICQoLab7coI8pFt6jTglr6itlgc8xMqJeMw7dQpLe0W1tpIKzDt3x",\
            "cipher":"chacha20-poly1305","cost":{"n":16,"p":1,"r":8},"derivation":"scrypt",\
            "format":"clawgress-sealed-key-v1","key_id":"old","salt":"AAECAwQFBgcICQoLDA0ODw"}

            """
        let sealed = try SealedBytes(file: Array(file.utf8))
        #expect(try sealed.open(with: passphrase) == Array("of the first release".utf8))
    }

    @Test("refuse another passphrase, and a name that was changed")
    func refusals() throws {
        let sealed = try SealedBytes(
            sealing: [1, 2, 3],
            name: "a",
            with: passphrase,
            cost: Self.cheap
        )
        let other = try Passphrase(Array("correct horsf".utf8))
        #expect(throws: SealingError.passphraseWrong) { try sealed.open(with: other) }
        let text = String(decoding: sealed.fileBytes, as: UTF8.self)
        let renamed = text.replacing("\"key_id\":\"a\"", with: "\"key_id\":\"b\"")
        #expect(renamed != text)
        #expect(throws: SealingError.passphraseWrong) {
            try SealedBytes(file: Array(renamed.utf8)).open(with: passphrase)
        }
    }
}
