// Slots are reused as descriptors are; what must never happen is that a late event for an old
// connection reaches the new one.

import ClawgressReactor
import Testing

@Suite("Slot table")
struct SlotTableTests {
    /// Counts its own end.
    private struct Tracked: ~Copyable {
        let ends: Counter
        var value: Int

        deinit { ends.count += 1 }
    }

    private final class Counter {
        var count = 0
    }

    @Test("a token of a closed slot names nothing, even when the index is open again")
    func staleToken() throws {
        var table = try owned(SlotTable<Int>(capacity: 8))
        let first = table.open(3, 10)
        expect(table.index(of: first) == 3)
        table.close(3)
        expect(table.index(of: first) == nil)
        let second = table.open(3, 20)
        expect(table.index(of: first) == nil)
        expect(table.index(of: second) == 3)
        expect(table[3] == 20)
    }

    @Test("a token beyond the table names nothing")
    func foreignToken() throws {
        let table = try owned(SlotTable<Int>(capacity: 8))
        expect(table.index(of: 1 << 32 | 9) == nil)
        expect(!table.isOpen(8) && !table.isOpen(-1))
    }

    @Test("values end when their slot closes, and the rest when the table ends")
    func endsValues() throws {
        let counter = Counter()
        do {
            var table = try owned(SlotTable<Tracked>(capacity: 4))
            table.open(0, Tracked(ends: counter, value: 1))
            table.open(2, Tracked(ends: counter, value: 2))
            table[2].value = 5
            expect(table[2].value == 5)
            expect(table.count == 2)
            table.close(0)
            #expect(counter.count == 1)
        }
        #expect(counter.count == 2)
    }

    @Test("a free list gives each index once until it is given back")
    func freeList() {
        var list = FreeList(bound: 2)
        expect(list.take() == 0)
        expect(list.take() == 1)
        expect(list.take() == nil)
        list.give(0)
        expect(list.take() == 0)
    }
}
