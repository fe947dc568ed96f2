// The state folder: what a gateway keeps of bundles and keys from one start to the next. Every
// change is on the disk when the call returns.

import ClawgressBundle
import ClawgressBytes

/// The files of a state folder.
struct BundleShelf: Sendable {
    /// The last bundle that was activated, verified again at each start.
    let lastKnownGood: String
    /// The highest order that was ever activated.
    let highest: String
    /// A verified bundle whose activation is not decided.
    let prepared: String
    /// What was served before an unconfirmed bundle.
    let beforeConfirm: String
    /// The order of the bundle that nobody confirmed in time.
    let reverted: String
    /// The newest key set.
    let keySet: String
    /// When the policy service was heard from last, to the minute.
    let lastHeard: String

    init(folder: String) {
        lastKnownGood = folder + "/last-known-good.jws"
        highest = folder + "/highest-activated"
        prepared = folder + "/prepared.jws"
        beforeConfirm = folder + "/before-confirm.jws"
        reverted = folder + "/reverted"
        keySet = folder + "/key-set.jws"
        lastHeard = folder + "/last-heard"
    }

    /// Keeps a bundle as the one to serve.
    func keep(_ bytes: [UInt8], _ order: BundleOrder) throws(FileError) {
        try WholeFile.replaceAll(
            [(highest, Self.text(order)), (lastKnownGood, bytes)],
            mode: 0o600
        )
    }

    /// Keeps a bundle beside the one that is served.
    func keepPrepared(_ bytes: [UInt8]) throws(FileError) {
        try WholeFile.replace(prepared, with: bytes, mode: 0o600)
    }

    /// Makes the prepared bundle the one to serve.
    ///
    /// ``keepHighest(_:)`` comes after: a bundle to serve that is higher says so itself.
    func promotePrepared() throws(FileError) {
        try WholeFile.move(prepared, to: lastKnownGood)
    }

    /// Keeps the highest order.
    func keepHighest(_ order: BundleOrder) throws(FileError) {
        try WholeFile.replace(highest, with: Self.text(order), mode: 0o600)
    }

    /// Keeps what is served now, for the case that nobody confirms what comes next.
    func keepBeforeConfirm() throws(FileError) {
        let bytes = try WholeFile.read(lastKnownGood, bytesMax: SignedBundle.bytesMax)
        try WholeFile.replace(beforeConfirm, with: bytes, mode: 0o600)
    }

    /// Notes that the bundle of this order must not be served again.
    ///
    /// Before ``bringBack()``: a kill in between only repeats both.
    func keepReverted(_ order: BundleOrder) throws(FileError) {
        try WholeFile.replace(reverted, with: Self.text(order), mode: 0o600)
    }

    /// Makes what was served before the unconfirmed bundle the one to serve.
    func bringBack() throws(FileError) {
        try WholeFile.move(beforeConfirm, to: lastKnownGood)
    }

    /// A bundle's bytes; nil if there is none.
    func bundle(_ path: String) throws(FileError) -> [UInt8]? {
        try WholeFile.readIfPresent(path, bytesMax: SignedBundle.bytesMax)
    }

    /// The order in a file; nil if there is none that can be read.
    func order(_ path: String) -> BundleOrder? {
        let numbers = numbers(path)
        return numbers.count == 2 ? BundleOrder(epoch: numbers[0], serial: numbers[1]) : nil
    }

    /// When the policy service was heard from last, in seconds since 1970; nil if nobody noted it.
    func heard() -> Int64? {
        let numbers = numbers(lastHeard)
        return numbers.count == 1 ? numbers[0] : nil
    }

    private func numbers(_ path: String) -> [Int64] {
        guard let bytes = try? WholeFile.read(path, bytesMax: 64) else { return [] }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { Int64($0) }
        return numbers.count == words.count ? numbers : []
    }

    private static func text(_ order: BundleOrder) -> [UInt8] {
        Array("\(order.epoch) \(order.serial)\n".utf8)
    }
}
