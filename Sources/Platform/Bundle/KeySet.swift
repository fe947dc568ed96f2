// Which keys may sign bundles, as the offline root key says it. A gateway is enrolled with the
// root's public key alone; everything else that it believes follows from a set like this one.

public import ClawgressJWS

/// A versioned set of keys that may sign bundles.
///
///     let keySet = try KeySet.verify(bytes, rootKey: root)
///     try keySet.requireNotOlder(than: held)
public struct KeySet: Sendable, Equatable {
    /// The format's name, so that a future format is refused and not misread.
    public static var formatName: String { "clawgress-key-set-v1" }
    /// The `typ` of the header, so that no other text of the root key passes as a key set.
    public static var mediaType: String { "clawgress-key-set+jws" }
    /// The greatest accepted length of a signed key set, in bytes.
    public static var bytesMax: Int { 65_536 }
    /// How many keys a set may have; rotation with overlap needs two.
    public static var keysMax: Int { 16 }

    /// A key and the time within which it may sign.
    public struct Entry: Sendable, Equatable {
        /// An Ed25519 key.
        public let key: VerificationKey
        /// The first second, since 1970 UTC, at which a bundle of this key is taken.
        public let notBefore: Int64
        /// The first second at which none is taken any more.
        public let notAfter: Int64

        /// Gives a key its time.
        public init(key: VerificationKey, notBefore: Int64, notAfter: Int64) {
            self.key = key
            self.notBefore = notBefore
            self.notAfter = notAfter
        }

        /// Whether the key may sign at `now`, in seconds since 1970 UTC.
        public func isValid(at now: Int64) -> Bool { notBefore <= now && now < notAfter }

        /// Whether both name the same key for the same time.
        public static func == (left: Entry, right: Entry) -> Bool {
            left.key.keyID == right.key.keyID && left.key.thumbprint == right.key.thumbprint
                && left.notBefore == right.notBefore && left.notAfter == right.notAfter
        }
    }

    /// Grows with each set; an older set than the one at hand is refused.
    public let version: Int64
    /// The highest epoch in which these keys may publish.
    ///
    /// Only the root key raises it: whoever steals a signing key can spoil the serials of an
    /// epoch, and the next epoch mends that.
    public let epoch: Int64
    /// The keys, at least one.
    public let entries: [Entry]

    /// Assembles a set.
    ///
    /// - Throws: `KeySetRejection.contentMalformed` for a set that no gateway would take.
    public init(version: Int64, epoch: Int64, entries: [Entry]) throws(KeySetRejection) {
        self.version = version
        self.epoch = epoch
        self.entries = entries
        if let problem = problem() { throw .contentMalformed(problem) }
    }

    /// Refuses this set unless it may follow `held`.
    ///
    /// The same set once more may; another one under the same version may not.
    ///
    /// - Parameter held: the newest set that was ever kept here; nil for none.
    /// - Throws: `KeySetRejection.older`, `KeySetRejection.versionReused`.
    public func requireNotOlder(than held: KeySet?) throws(KeySetRejection) {
        guard let held, self != held else { return }
        guard version != held.version else { throw .versionReused(version) }
        guard version > held.version else { throw .older(offered: version, held: held.version) }
    }

    /// The entry of a key by its name.
    public func entry(_ keyID: String?) -> Entry? {
        entries.first { $0.key.keyID == keyID }
    }

    private func problem() -> String? {
        if version < 1 { return "`version` must be at least 1" }
        if epoch < 0 { return "`epoch` cannot be negative" }
        guard (1...Self.keysMax).contains(entries.count) else {
            return "`keys` must have 1 to \(Self.keysMax) keys"
        }
        var names: Set<String> = []
        for (place, entry) in entries.enumerated() {
            let name = "`keys[\(place)]`"
            if entry.key.algorithm != .edDSA { return "\(name) is no Ed25519 key" }
            if !names.insert(entry.key.keyID).inserted { return "\(name) has a name twice" }
            if entry.notBefore < 0 || entry.notBefore >= entry.notAfter {
                return "\(name) ends before it begins"
            }
        }
        return nil
    }
}
