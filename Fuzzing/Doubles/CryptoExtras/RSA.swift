// The part of swift-crypto's module `CryptoExtras` that the product calls; see the double of
// `Crypto` for what it is for.

import Crypto

// The original's spelling, which the product's sources use.
// swift-format-ignore: NoLeadingUnderscores
/// RSA.
public enum _RSA {
    /// Signatures.
    public enum Signing {
        /// Any modulus and exponent that the product lets through.
        public struct PublicKey: Sendable {
            /// Makes a key.
            public init(n: [UInt8], e: [UInt8]) throws {
                guard n.count <= 1_024, e.count <= 4 else { throw DoubleCryptoError() }
            }

            /// Judges a signature.
            public func isValidSignature(
                _ signature: RSASignature,
                for digest: [UInt8],
                padding: Padding
            ) -> Bool {
                DoubleSignature.isGood(signature.bytes)
            }
        }

        /// A signature of any length.
        public struct RSASignature {
            let bytes: [UInt8]

            /// Takes its bytes.
            public init(rawRepresentation: [UInt8]) {
                bytes = rawRepresentation
            }
        }

        /// How the digest was padded.
        public enum Padding {
            // swift-format-ignore: AlwaysUseLowerCamelCase
            /// PSS and PKCS#1 version 1.5, in the original's spelling.
            case PSS, insecurePKCS1v1_5
        }
    }
}
