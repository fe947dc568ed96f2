// Secrets at rest. Specification section 7.3: no plaintext secrets on disk. Whoever copies
// the file must guess the passphrase, and each guess costs them 32 MiB and a tenth of a second.

import ClawgressBytes
import Crypto
import CryptoExtras
import FoundationEssentials

/// Bytes that are sealed with a passphrase: scrypt (RFC 7914) and ChaCha20-Poly1305 (RFC 8439).
public struct SealedBytes: Sendable {
    /// How expensive one guess is.
    public struct Cost: Sendable, Codable, Equatable {
        /// scrypt's N: a power of two.
        public let rounds: Int
        /// scrypt's r.
        public let blockSize: Int
        /// scrypt's p.
        public let parallelism: Int

        /// Chooses a cost.
        public init(rounds: Int, blockSize: Int, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// The cost for keys at rest.
        public static var standard: Cost { Cost(rounds: 32_768, blockSize: 8, parallelism: 3) }

        /// Whether opening stays under 256 MiB and a few seconds, so that a planted file cannot
        /// stop a machine.
        var isBounded: Bool {
            (2...1 << 20).contains(rounds) && rounds & (rounds - 1) == 0
                && (1...32).contains(blockSize) && (1...16).contains(parallelism)
                && 128 * rounds * blockSize <= 256 << 20
        }

        enum CodingKeys: String, CodingKey {
            case rounds = "n"
            case blockSize = "r"
            case parallelism = "p"
        }
    }

    private var envelope: Envelope

    /// The name of what is inside, as it was when it was sealed; anybody can read it.
    public var name: String { envelope.keyID }

    /// Seals `content`, which `name` names in clear.
    ///
    /// - Throws: `SealingError.operationFailed`, `SealingError.parametersRefused`.
    public init(
        sealing content: [UInt8],
        name: String,
        with passphrase: Passphrase,
        cost: Cost = .standard
    ) throws(SealingError) {
        guard cost.isBounded else { throw .parametersRefused }
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        envelope = Envelope(keyID: name, cost: cost, salt: Base64.encode(salt, .urlSafe))
        let secret = try Self.derive(from: passphrase, salt: salt, cost: cost)
        do {
            let box = try ChaChaPoly.seal(
                content,
                using: secret,
                authenticating: envelope.authenticatedBytes
            )
            envelope.box = Base64.encode(box.combined, .urlSafe)
        } catch {
            throw .operationFailed
        }
    }

    /// Opens the content.
    ///
    /// - Throws: `SealingError`; `passphraseWrong` also for a changed file.
    public func open(with passphrase: Passphrase) throws(SealingError) -> [UInt8] {
        guard let salt = Base64.decode(envelope.salt, .urlSafe),
            let combined = Base64.decode(envelope.box, .urlSafe)
        else { throw .notSealed }
        guard envelope.cost.isBounded, salt.count <= 64 else { throw .parametersRefused }
        let secret = try Self.derive(from: passphrase, salt: salt, cost: envelope.cost)
        guard let box = try? ChaChaPoly.SealedBox(combined: combined),
            let content = try? ChaChaPoly.open(
                box,
                using: secret,
                authenticating: envelope.authenticatedBytes
            )
        else { throw .passphraseWrong }
        return Array(content)
    }

    private static func derive(
        from passphrase: Passphrase,
        salt: [UInt8],
        cost: Cost
    ) throws(SealingError) -> SymmetricKey {
        do {
            return try KDF.Scrypt.deriveKey(
                from: passphrase.bytes,
                salt: salt,
                outputByteCount: 32,
                rounds: cost.rounds,
                blockSize: cost.blockSize,
                parallelism: cost.parallelism
            )
        } catch {
            throw .operationFailed
        }
    }
}

extension SealedBytes {
    /// The greatest length of a sealed file, in bytes.
    public static var fileBytesMax: Int { 65_536 }

    /// Reads the content of a sealed file.
    ///
    /// - Throws: `SealingError.notSealed`, `SealingError.formatUnknown`.
    public init(file bytes: [UInt8]) throws(SealingError) {
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(bytes)) else {
            throw .notSealed
        }
        if let name = envelope.unknownName { throw .formatUnknown(name) }
        self.envelope = envelope
    }

    /// The content for the file: one JSON object.
    public var fileBytes: [UInt8] { envelope.json + [UInt8(ascii: "\n")] }
}

/// The file as it is written; everything but the box itself is authenticated with it.
private struct Envelope: Codable, Sendable {
    var format = "clawgress-sealed-key-v1"
    var derivation = "scrypt"
    var cipher = "chacha20-poly1305"
    let keyID: String
    let cost: SealedBytes.Cost
    let salt: String
    var box = ""

    init(keyID: String, cost: SealedBytes.Cost, salt: String) {
        self.keyID = keyID
        self.cost = cost
        self.salt = salt
    }

    enum CodingKeys: String, CodingKey {
        case format, derivation, cipher, cost, salt, box
        case keyID = "key_id"
    }

    /// The first name that is not ours, or nil.
    var unknownName: String? {
        let ours = Envelope(keyID: keyID, cost: cost, salt: salt)
        if format != ours.format { return format }
        if derivation != ours.derivation { return derivation }
        return cipher == ours.cipher ? nil : cipher
    }

    /// Canonical JSON; values of these types always encode.
    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }

    /// What the cipher protects beside the key: the envelope with an empty box.
    var authenticatedBytes: [UInt8] {
        var empty = self
        empty.box = ""
        return empty.json
    }
}
