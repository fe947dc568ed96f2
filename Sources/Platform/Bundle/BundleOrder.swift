// Which of two bundles is the newer one. Without this, whoever can write a gateway's folder
// could bring back an old bundle, validly signed, with a rule that was withdrawn since.

/// A bundle's place in the sequence of publications: `epoch` first, then `serial`.
public struct BundleOrder: Codable, Sendable, Equatable, Hashable {
    /// Raised when a control plane is restored from a backup.
    public let epoch: Int64
    /// Grows by one with each publication, rollbacks included.
    public let serial: Int64

    /// Names a place in the sequence.
    public init(epoch: Int64, serial: Int64) {
        self.epoch = epoch
        self.serial = serial
    }

    /// Refuses this bundle unless it is higher than `active`.
    ///
    /// There is no way round it: a rollback is a publication of old content under a new serial.
    ///
    /// - Parameter active: the highest order that was ever activated here; nil for none.
    /// - Throws: `BundleRejection.notNewer`.
    public func requireHigher(than active: BundleOrder?) throws(BundleRejection) {
        guard let active else { return }
        guard self > active else { throw .notNewer(offered: self, active: active) }
    }
}

extension BundleOrder: Comparable {
    /// Whether `left` was published before `right`.
    public static func < (left: BundleOrder, right: BundleOrder) -> Bool {
        (left.epoch, left.serial) < (right.epoch, right.serial)
    }
}

extension BundleOrder: CustomStringConvertible {
    /// `epoch 1, serial 7`.
    public var description: String { "epoch \(epoch), serial \(serial)" }
}
