// Counters that several threads touch lose nothing.

import ClawgressBytes
import Testing

@Suite("Atomic cells")
struct AtomicCellsTests {
    @Test("begin at zero and take every operation")
    func operations() {
        let cells = AtomicCells(count: 3)
        #expect(cells.count == 3)
        #expect((0..<3).allSatisfy { cells.load($0) == 0 })
        cells.store(5, 1)
        #expect(cells.add(2, 1) == 7)
        #expect(cells.subtract(8, 1) == .max)
        #expect(cells.add(1, 1) == 0)
        #expect(cells.compareExchange(1, expected: 1, desired: 9) == (false, 0))
        #expect(cells.compareExchange(1, expected: 0, desired: 9) == (true, 0))
        #expect(cells.loadInOrder(1) == 9)
        #expect(cells.load(0) == 0 && cells.load(2) == 0)
    }

    @Test("lose no addition of concurrent tasks")
    func concurrency() async {
        let cells = AtomicCells(count: 2)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 { cells.add(1, 1) }
                }
            }
        }
        #expect(cells.load(1) == 80_000)
    }
}
