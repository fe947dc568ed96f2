// Where a stream is cut into reads. Short inputs are cut everywhere; long ones at a few places
// that depend on the bytes, so that a replay cuts at the same places.

import ClawgressBytes

/// The places at which `bytes` are cut in two, ascending.
public func cutPoints(of bytes: [UInt8]) -> [Int] {
    guard bytes.count > 48 else { return Array(0...bytes.count) }
    var state = KeyedHash(first: 1, second: 2).hash(bytes.span)
    var points: Set<Int> = [1, bytes.count - 1]
    for _ in 0..<12 {
        state = KeyedHash(first: 1, second: 2).hash(state)
        points.insert(Int(state % UInt64(bytes.count)))
    }
    return points.sorted()
}
