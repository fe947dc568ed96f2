// Spool files are input: any bytes may be in them, and nothing may crash or hang on them.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation
import TestKit
import Testing

@Suite("damaged spools")
struct SpoolFuzzTests {
    /// A spool of two segments, with open, concluded and moved slots.
    private func seedSegments() throws -> [Data] {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<250 {
                if marker % 40 == 0 { _ = writer.open(.sample(UInt64(marker))) }
                #expect(writer.exchange(UInt64(1_000 + marker)))
                try boot.supply.prepare(now: 1)
            }
        }
        return try folder.segments.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            .filter { $0.count > 4_096 && $0[4_096...].contains { $0 != 0 } }
    }

    @Test("are read and recovered without a trap, and twice with the same result")
    func mutations() throws {
        let seeds = try seedSegments()
        try #require(seeds.count == 2)
        var random = SplitMix64(seed: 0xC1A)
        var torn = 0
        var damaged = 0
        for round in 0..<150 {
            let folder = TemporaryFolder()
            for (index, seed) in seeds.enumerated() {
                let name = String(repeating: "0", count: 15) + "\(index + 2)"
                try mutated(seed, &random).write(
                    to: URL(fileURLWithPath: folder.path + "/\(name).segment")
                )
            }
            for record in try records(folder) { #expect(text(record).utf8.count <= 16_384) }
            let first = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
            let after = try records(folder)
            let second = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
            #expect(second.orphans == 0 && second.damagedOutcomes == 0, "round \(round)")
            #expect(try records(folder) == after, "round \(round)")
            torn += first.torn
            damaged += first.damagedOutcomes
        }
        #expect(torn > 20 && damaged > 3, "the mutations reach nothing")
    }

    private func mutated(_ seed: Data, _ random: inout SplitMix64) -> Data {
        var bytes = seed
        for _ in 0...random.next() % 12 {
            // Mostly in what is used, now and then in the header.
            let end = random.next() % 8 == 0 ? 256 : bytes.count
            let offset = Int(random.next() % UInt64(max(end, 1)))
            guard offset + 4 <= bytes.count else { continue }
            switch random.next() % 5 {
            case 0: bytes[offset] ^= UInt8(1) << UInt8(random.next() % 8)
            case 1: bytes[offset] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
            case 3: bytes.replaceSubrange(offset..<offset + 4, with: [0, 0, 0, 0])
            default: if random.next() % 10 == 0 { bytes = bytes.prefix(offset) }
            }
        }
        return bytes
    }
}
