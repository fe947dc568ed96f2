// Credentials: files that only their owner may read, and nothing else.

import ClawgressBytes
import ClawgressSealing
import Foundation
import Testing

@Suite("Credential files")
struct CredentialTests {
    private func credential(_ text: String, mode: UInt32) throws -> String {
        let path = NSTemporaryDirectory() + "clawgress-\(UUID().uuidString)"
        try WholeFile.replace(path, with: Array(text.utf8), mode: mode)
        return path
    }

    @Test("are read without their line end", arguments: [UInt32(0o400), 0o600])
    func reads(mode: UInt32) throws {
        let path = try credential("correct horse\n", mode: mode)
        let expected = try Passphrase(Array("correct horse".utf8))
        #expect(try Passphrase(credential: path) == expected)
    }

    @Test(
        "are refused if others may read or write them",
        arguments: [UInt32(0o640), 0o604, 0o644, 0o620, 0o602, 0o610]
    )
    func exposed(mode: UInt32) throws {
        let path = try credential("correct horse\n", mode: mode)
        let error = #expect(throws: SealingError.credentialExposed(path: path)) {
            try Passphrase(credential: path)
        }
        #expect(error?.description.contains("chmod 600") == true)
    }

    @Test("say which file is missing, and never what is in one")
    func errors() throws {
        let missing = NSTemporaryDirectory() + "clawgress-\(UUID().uuidString)"
        let error = #expect(throws: SealingError.self) { try Passphrase(credential: missing) }
        #expect(error?.description.contains(missing) == true)
        let short = try credential("secret", mode: 0o600)
        let refusal = #expect(throws: SealingError.passphraseLength) {
            try Passphrase(credential: short)
        }
        #expect(refusal?.description.contains("secret") == false)
    }

    @Test("are refused if they are longer than a passphrase can be")
    func long() throws {
        let path = try credential(String(repeating: "a", count: 5_000), mode: 0o600)
        #expect(throws: SealingError.self) { try Passphrase(credential: path) }
    }
}
