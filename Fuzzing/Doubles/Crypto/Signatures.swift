// The part of swift-crypto's module `Crypto` that the product calls, without cryptography. With
// the real one a fuzzer would never see what comes after a signature: no mutation of a signed
// text is signed. Here a signature is good if it begins with one certain byte, so a target
// reaches both sides of the check, and the product's sources are built unchanged.

/// What makes a signature good in a fuzz build.
public enum DoubleSignature {
    /// The first byte of a good signature.
    public static var goodByte: UInt8 { UInt8(ascii: "G") }

    /// A good signature of 64 bytes.
    public static var good: [UInt8] { [goodByte] + [UInt8](repeating: 0, count: 63) }

    /// Whether a signature is good.
    public static func isGood(_ signature: some Sequence<UInt8>) -> Bool {
        signature.first { _ in true } == goodByte
    }
}

/// Bytes that are no key, or no signature.
public struct DoubleCryptoError: Error {
    /// Names the failure.
    public init() {}
}

/// The curve P-256.
public enum P256 {
    /// Signatures.
    public enum Signing {
        /// Any 64 bytes whose first is even: the fuzzer must find keys and bytes that are none.
        public struct PublicKey: Sendable {
            /// Makes a key.
            public init(rawRepresentation: [UInt8]) throws {
                guard rawRepresentation.count == 64, rawRepresentation[0] % 2 == 0 else {
                    throw DoubleCryptoError()
                }
            }

            /// Judges a signature.
            public func isValidSignature(_ signature: ECDSASignature, for data: [UInt8]) -> Bool {
                DoubleSignature.isGood(signature.bytes)
            }
        }

        /// A signature of 64 bytes.
        public struct ECDSASignature {
            let bytes: [UInt8]

            /// Takes the two halves.
            public init(rawRepresentation: [UInt8]) throws {
                guard rawRepresentation.count == 64 else { throw DoubleCryptoError() }
                bytes = rawRepresentation
            }
        }
    }
}

/// The curve of Ed25519.
public enum Curve25519 {
    /// Signatures.
    public enum Signing {
        /// Any 32 bytes.
        public struct PublicKey: Sendable {
            /// Makes a key.
            public init(rawRepresentation: [UInt8]) throws {
                guard rawRepresentation.count == 32 else { throw DoubleCryptoError() }
            }

            /// Judges a signature.
            public func isValidSignature(_ signature: [UInt8], for data: [UInt8]) -> Bool {
                signature.count == 64 && DoubleSignature.isGood(signature)
            }
        }
    }
}
