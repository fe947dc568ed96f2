// Passwords: scrypt (RFC 7914), because people choose them and a fast digest could be tried.

import Crypto
import CryptoExtras
import Synchronization

/// What is kept of a password.
struct PasswordHash: Sendable {
    let salt: [UInt8]
    let hash: [UInt8]
    /// scrypt's N; a later, higher cost makes the old hashes no less readable.
    let rounds: Int

    private static var roundsNow: Int { 1 << 15 }
    private static var blockSize: Int { 8 }
    private static var parallelism: Int { 3 }
    private static var bytes: Int { 32 }

    /// How long a password may be, in characters.
    static var lengths: ClosedRange<Int> { 12...256 }

    /// Hashes a new password.
    static func make(of password: String) throws -> PasswordHash {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return PasswordHash(
            salt: salt,
            hash: try derive(password, salt, roundsNow),
            rounds: roundsNow
        )
    }

    /// Whether `password` is the one.
    func matches(_ password: String) throws -> Bool {
        guard rounds > 0 else {
            try Self.waste(password)
            return false
        }
        return ConstantTime.equal(try Self.derive(password, salt, rounds), hash)
    }

    /// Takes as long as a comparison, so that time does not tell which users exist.
    static func waste(_ password: String) throws {
        _ = try derive(password, Array(repeating: 0, count: 16), roundsNow)
    }

    private static func derive(
        _ password: String,
        _ salt: [UInt8],
        _ rounds: Int
    ) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8),
            salt: salt,
            outputByteCount: bytes,
            rounds: rounds,
            blockSize: blockSize,
            parallelism: parallelism
        )
        // unsafe: the bytes are copied before the key ends.
        return unsafe key.withUnsafeBytes { unsafe Array($0) }
    }
}

/// Makes and compares hashes one at a time, and lets not many wait for their turn.
///
/// Each takes 32 MiB and a tenth of a second, and who guesses passwords must not take more of the
/// machine than that.
final class PasswordDesk: Sendable {
    private let hasher = PasswordHasher()
    private let waiting = Mutex(0)

    /// How many there are at most, the one whose turn it is included.
    private static var waitingMax: Int { 32 }

    func hash(_ password: String) async throws(Refusal) -> PasswordHash {
        try enter()
        defer { leave() }
        return try await hasher.hash(password)
    }

    /// Whether `password` is the one of `stored`; as slow if there is none.
    func check(_ password: String, _ stored: PasswordHash?) async throws(Refusal) -> Bool {
        try enter()
        defer { leave() }
        return try await hasher.check(password, stored)
    }

    private func enter() throws(Refusal) {
        let isFull = waiting.withLock { waiting in
            guard waiting < Self.waitingMax else { return true }
            waiting += 1
            return false
        }
        if isFull { throw .unavailable("too many passwords wait to be checked: try again") }
    }

    private func leave() { waiting.withLock { $0 -= 1 } }
}

private actor PasswordHasher {
    func hash(_ password: String) throws(Refusal) -> PasswordHash {
        do {
            return try PasswordHash.make(of: password)
        } catch {
            throw .unavailable("the password could not be hashed")
        }
    }

    /// Whether `password` is the one of `stored`; as slow if there is none.
    func check(_ password: String, _ stored: PasswordHash?) throws(Refusal) -> Bool {
        do {
            guard let stored else {
                try PasswordHash.waste(password)
                return false
            }
            return try stored.matches(password)
        } catch {
            throw .unavailable("the password could not be checked")
        }
    }
}
