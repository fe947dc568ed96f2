// What a sender of records needs of the reader: which segments are done with, one gap record of each
// segment, and a position that survives a restart and is never taken for another segment's.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Testing

@Suite("Reading a spool to ship it")
struct ShippingReaderTests {
    @Test("finishes a segment when all of it was given and nobody writes there")
    func finished() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let reader = TestReader(folder, for: .shipping)
        let long = try #require(writer.open(.sample(0)))
        for marker in 1...400 {
            #expect(writer.exchange(UInt64(marker)))
            try boot.supply.prepare(now: 1)
        }
        let given = try reader.all().count
        #expect(given == 400)
        // The newest is in use, and the first one has an open exchange.
        let early = reader.finishedSegments
        #expect(early.count < folder.segments.count - 1)
        writer.conclude(long)
        #expect(reader.finishedSegments == early)
        #expect(try reader.all().count == 1)
        let late = reader.finishedSegments
        #expect(late.count == early.count + 1)
        let owned = boot.folder
        #expect(try owned.acknowledge(late) == late)
        reader.forget(late)
        #expect(reader.finishedSegments.isEmpty)
        #expect(try reader.all().isEmpty)
        #expect(writer.exchange(500))
        #expect(try reader.all().count == 1)
    }

    @Test("leaves a segment alone that holds a record, and gives that one again after a restart")
    func held() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<5 { #expect(writer.exchange(UInt64(marker))) }
        }
        let boot = try Boot(folder, boot: 2)
        let reader = TestReader(folder, for: .shipping)
        var places: [SpoolPlace] = []
        while let next = try reader.nextPlaced() { places.append(next.place) }
        #expect(places.count == 5)
        #expect(reader.finishedSegments.count == 1)
        reader.hold(places[3])
        #expect(reader.finishedSegments.isEmpty)
        let kept = try #require(SpoolPosition(text: reader.position.text))
        let next = TestReader(folder, from: kept, for: .shipping)
        #expect(try next.nextMarker() == 3)
        #expect(try next.nextMarker() == nil)
        #expect(next.finishedSegments.count == 1)
        withExtendedLifetime(boot) {}
    }

    @Test("can be told of an earlier position what is held and what is gone")
    func earlier() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<5 { #expect(writer.exchange(UInt64(marker))) }
        }
        let boot = try Boot(folder, boot: 2)
        let reader = TestReader(folder, for: .shipping)
        var places: [SpoolPlace] = []
        while places.count < 4, let next = try reader.nextPlaced() { places.append(next.place) }
        var position = reader.position
        #expect(try reader.nextMarker() == 4)
        // The reader is further by now, and the position is of before.
        position.hold(places[1])
        let kept = try #require(SpoolPosition(text: position.text))
        let next = TestReader(folder, from: kept, for: .shipping)
        #expect(try next.nextMarker() == 1)
        #expect(try next.nextMarker() == 4)
        #expect(try next.nextMarker() == nil)
        position.forget([places[1].segment])
        let all = TestReader(folder, from: position, for: .shipping)
        #expect(try all.nextMarker() == 0)
        withExtendedLifetime(boot) {}
    }

    @Test("goes on from its text, open exchanges included")
    func text() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, workers: 2)
        let writers = [boot.writer(0), boot.writer(1)]
        var open: [SlotHandle] = []
        for marker in 0..<300 {
            let writer = writers[marker % 2]
            if marker % 50 == 0, let slot = writer.open(.sample(UInt64(marker))) {
                open.append(slot)
            } else {
                #expect(writer.exchange(UInt64(marker)))
            }
            try boot.supply.prepare(now: 1)
        }
        let first = TestReader(folder, for: .shipping)
        var markers: [UInt64] = []
        for _ in 0..<200 { markers.append(try #require(try first.nextMarker())) }
        let kept = try #require(SpoolPosition(text: first.position.text))
        for slot in open { writers[0].conclude(slot) }
        let second = TestReader(folder, from: kept, for: .shipping)
        while let marker = try second.nextMarker() { markers.append(marker) }
        #expect(markers.sorted() == (0..<300).map { UInt64($0) })
    }

    @Test("refuses a text that is not as it was written")
    func badTexts() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        #expect(boot.writer().exchange(1))
        let reader = TestReader(folder, for: .shipping)
        _ = try reader.all()
        let text = reader.position.text
        #expect(SpoolPosition(text: text) != nil)
        #expect(SpoolPosition(text: "") == nil)
        #expect(SpoolPosition(text: String(text.dropLast())) == nil)
        #expect(SpoolPosition(text: text + "\n") == nil)
        for index in text.indices {
            var other = text
            other.replaceSubrange(index...index, with: text[index] == "7" ? "8" : "7")
            #expect(SpoolPosition(text: other) == nil)
        }
    }

    @Test("does not take a segment for another of the same number")
    func otherBoot() throws {
        let folder = TemporaryFolder()
        let kept: SpoolPosition
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<9 { #expect(writer.exchange(UInt64(marker))) }
            let reader = TestReader(folder, for: .shipping)
            #expect(try reader.all().count == 9)
            kept = try #require(SpoolPosition(text: reader.position.text))
        }
        _ = try SpoolRecovery.run(SpoolFolder(path: folder.path))
        try SpoolFolder(path: folder.path).acknowledge(folder.segmentNumbers)
        #expect(folder.segments.isEmpty)
        let boot = try Boot(folder, boot: 2)
        let writer = boot.writer()
        for marker in 20..<24 { #expect(writer.exchange(UInt64(marker))) }
        let reader = TestReader(folder, from: kept, for: .shipping)
        #expect(try reader.nextMarker() == 20)
        #expect(try reader.all().count == 3)
        // Nothing is kept about what is gone: a title, the segments, a checksum.
        let lines = reader.position.text.split(separator: "\n")
        #expect(lines.count == folder.segments.count + 2)
    }

    @Test("gives the losses of a segment once, when there can be no more, and the same each time")
    func gap() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, bytesMax: 140_000)
        let writer = boot.writer()
        var marker: UInt64 = 0
        while writer.exchange(marker) { marker += 1 }
        let reader = TestReader(folder, for: .shipping)
        #expect(UInt64(try reader.all().count) == marker)
        for _ in 0..<6 { #expect(!writer.exchange(1)) }
        #expect(try reader.all().isEmpty)
        #expect(try boot.folder.acknowledge(reader.finishedSegments).count >= 1)
        // One segment fits again, and not two.
        try? boot.supply.prepare(now: 1)
        #expect(writer.exchange(2))
        let records = try reader.all()
        let gaps = records.compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
        #expect(gaps.map(\.total) == [7])
        #expect(records.count == 2)
        let again = try TestReader(folder, for: .shipping).all()
        #expect(again.compactMap { if case .gap(let gap) = $0 { gap } else { nil } } == gaps)
    }

    @Test("never finishes a damaged segment")
    func torn() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<3 { #expect(writer.exchange(UInt64(marker))) }
        }
        try damageLastSlot(in: folder)
        let boot = try Boot(folder, boot: 2)
        let reader = TestReader(folder, for: .shipping)
        #expect(try reader.all().count == 2)
        #expect(reader.finishedSegments.isEmpty)
        withExtendedLifetime(boot) {}
    }

    /// Changes a byte of the last slot of the first segment that has any.
    private func damageLastSlot(in folder: TemporaryFolder) throws {
        for path in folder.segments {
            var file = try MappedFile.open(path: path, writable: true)
            guard file.length > 4_096, file.observe(at: 4_096) != 0 else { continue }
            var place = 4_096
            while file.observe(at: place + Int(file.observe(at: place))) != 0 {
                place += Int(file.observe(at: place))
            }
            return file.publish(file.observe(at: place + 100) ^ 1, at: place + 100)
        }
    }
}
