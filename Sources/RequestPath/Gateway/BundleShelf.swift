// The state folder: what a gateway keeps of bundles and keys from one start to the next, and how
// that is read.

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

    /// The files of a bundle to serve, to be replaced together.
    func kept(_ bytes: [UInt8], _ order: BundleOrder) -> [(path: String, content: [UInt8])] {
        [(highest, Self.text(order)), (lastKnownGood, bytes)]
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

    /// How an order stands in a file.
    static func text(_ order: BundleOrder) -> [UInt8] {
        Array("\(order.epoch) \(order.serial)\n".utf8)
    }
}
