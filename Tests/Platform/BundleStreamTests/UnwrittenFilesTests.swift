// What a disk that failed must still take, and in which order.

import ClawgressBundleStream
import Testing

@Suite("Files that are not written yet")
struct UnwrittenFilesTests {
    private typealias Change = UnwrittenFiles.Change

    @Test("one change for each file, the last one, in the order in which they were wanted last")
    func lastWord() {
        var files = UnwrittenFiles()
        #expect(files.isEmpty && files.replacements.isEmpty && files.removals.isEmpty)
        files.hold([Change("prepared", [2])])
        files.hold([Change("served", [2]), Change("prepared", nil)])
        files.hold([Change("highest", [2])])
        files.hold([Change("before", [2])])
        files.hold([Change("served", [3])])
        #expect(files.replacements.map(\.path) == ["highest", "before", "served"])
        #expect(files.replacements.map(\.content) == [[2], [2], [3]])
        #expect(files.removals == ["prepared"])
        files.hold([Change("prepared", [4])])
        #expect(files.removals.isEmpty && files.replacements.map(\.path).last == "prepared")
        files.written()
        #expect(files.isEmpty && files.replacements.isEmpty)
    }

    @Test("tries again two seconds after a failure, and says why until the disk has everything")
    func attempts() {
        var files = UnwrittenFiles()
        #expect(!files.isDue(at: 0))
        files.hold([Change("served", [2])])
        #expect(files.isDue(at: 10_000) && files.problem == nil)
        files.failed("no room", at: 10_000)
        #expect(!files.isDue(at: 11_999) && files.isDue(at: 12_000))
        #expect(files.problem == "no room" && !files.isEmpty)
        files.failed("read-only", at: 12_000)
        #expect(files.problem == "read-only" && !files.isDue(at: 13_999))
        files.written()
        #expect(files.problem == nil && !files.isDue(at: 20_000))
    }
}
