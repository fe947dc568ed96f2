// The vectors of Project Wycheproof: signatures and keys that broke other implementations.

import ClawgressBytes
import ClawgressJWS
import Glibc
import Testing

/// They are not in this repository: Scripts/vectors converts them from a copy of C2SP/wycheproof.
///
/// The counts are those of its commit dac1dd4.
@Suite("Wycheproof", .enabled(if: WycheproofTable.isThere, "made by Scripts/vectors"))
struct WycheproofTests {
    /// How many vectors met which expectation.
    private struct Count: Equatable, CustomStringConvertible {
        var accepted = 0
        var refused = 0
        var refusedByRule = 0
        var notApplicable = 0

        var description: String {
            "valid and accepted \(accepted), invalid and refused \(refused), "
                + "valid but refused by rule \(refusedByRule), not applicable \(notApplicable)"
        }
    }

    @Test("accepts the valid texts of our algorithms and refuses the invalid ones")
    func judgesTexts() throws {
        var count = Count()
        for group in try WycheproofTable.groups.get() where group["vectors"]?.text != "ed25519" {
            let name = "\(group["vectors"]?.text ?? "") \(group["group"]?.text ?? "")"
            if let reason = group["not_applicable"]?.text {
                count.notApplicable += Int(try #require(group["count"]?.integer))
                print("not applicable: \(name): \(group["count"]?.integer ?? 0), \(reason)")
                continue
            }
            let keys = try #require(group["keys"]?.elements)
            for vector in try #require(group["cases"]?.elements) {
                let text = try #require(vector["text"]?.text)
                let found = verdict(text, with: keys)
                let label: Comment = "\(name) \(vector["id"]?.integer ?? 0): \(found)"
                if let reason = vector["refused"]?.text {
                    #expect(found != "accepted", label)
                    print("refused by rule: \(name) \(vector["id"]?.integer ?? 0): \(reason)")
                    count.refusedByRule += 1
                } else if vector["valid"] == .bool(true) {
                    #expect(found == "accepted", label)
                    count.accepted += 1
                } else {
                    #expect(found != "accepted", label)
                    count.refused += 1
                }
            }
        }
        print("Wycheproof, signed texts: \(count)")
        #expect(
            count == Count(accepted: 17, refused: 345, refusedByRule: 4, notApplicable: 144)
        )
    }

    @Test("judges raw Ed25519 signatures as they should be")
    func judgesEd25519() throws {
        var count = Count()
        for group in try WycheproofTable.groups.get() where group["vectors"]?.text == "ed25519" {
            let key = try VerificationKey(ed25519: try bytes(group["public"]))
            for vector in try #require(group["cases"]?.elements) {
                let signature = try bytes(vector["signature"])
                let message = try bytes(vector["message"])
                let isValid = isAccepted { () throws(JWSError) in
                    try key.verify(signature: signature, signingInput: message)
                }
                #expect(
                    isValid == (vector["valid"] == .bool(true)),
                    "ed25519 \(vector["id"]?.integer ?? 0)"
                )
                if isValid { count.accepted += 1 } else { count.refused += 1 }
            }
        }
        print("Wycheproof, raw Ed25519: \(count)")
        #expect(count == Count(accepted: 88, refused: 63))
    }

    /// What becomes of a text whose verifier trusts the keys that can be read of `keys`.
    private func verdict(_ text: String, with keys: [JSONValue]) -> String {
        let bytes = Array(text.utf8)
        var found = "no key"
        for jwk in keys {
            do throws(JWSError) {
                let key = try VerificationKey(jwk: jwk)
                try CompactJWS(parsing: bytes.span).verify(with: key)
                return "accepted"
            } catch {
                found = error.code
            }
        }
        return found
    }

    private func isAccepted(_ check: () throws(JWSError) -> Void) -> Bool {
        do throws(JWSError) {
            try check()
            return true
        } catch {
            return false
        }
    }

    private func bytes(_ value: JSONValue?) throws -> [UInt8] {
        let text = try #require(value?.text)
        return try #require(Hexadecimal.decode(text))
    }
}

/// The converted vectors.
private enum WycheproofTable {
    static let path =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        + "/.build/vectors/wycheproof.json"
    static let groups = Result {
        let content = try MappedFile.open(path: path, writable: false)
        return try #require(StrictJSON.read(content.bytes).elements)
    }

    static var isThere: Bool { access(path, R_OK) == 0 }
}
