// RSA keys that look like any other and are none: their owners' chips made primes of one shape,
// so that anybody can find them. Who trusts such a key trusts everybody.

/// The shape of RSA moduli of CVE-2017-15361 ("ROCA").
enum WeakModulus {
    /// Each such modulus is a power of 65537 modulo each of these; of sound moduli fewer than
    /// one in 100 million are, and those are refused too.
    ///
    /// Longer keys use more primes, always these first (Nemec, Sys, Svenda, Klinec, Matyas: The
    /// Return of Coppersmith's Attack, 2017, sections 2.1 and 2.2).
    private static var primes: [UInt32] {
        [
            3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
            89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
        ]
    }

    /// Whether `modulus`, the most significant byte first, has that shape.
    static func isFactorable(_ modulus: [UInt8]) -> Bool {
        primes.allSatisfy { prime in
            let remainder = modulus.reduce(0) { ($0 << 8 | UInt32($1)) % prime }
            return isPower(remainder, modulo: prime)
        }
    }

    /// Whether `value` is a power of 65537; the powers repeat when they reach one.
    private static func isPower(_ value: UInt32, modulo prime: UInt32) -> Bool {
        var power: UInt32 = 1
        repeat {
            if power == value { return true }
            power = power * 65_537 % prime
        } while power != 1
        return false
    }
}
