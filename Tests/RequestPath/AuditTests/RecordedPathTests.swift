// Paths that are not recorded as they were asked for: the mark of a redacted one, and queries.

import ClawgressAudit
import ClawgressModel
import Testing

@Suite("recorded paths")
struct RecordedPathTests {
    private func texts(_ path: String) -> Texts {
        var texts = Texts()
        texts.path = Array(path.utf8)
        return texts
    }

    private func redacted(_ marker: UInt64) -> SpoolIntent {
        var intent = SpoolIntent.sample(marker)
        intent.isRedacted = true
        return intent
    }

    @Test("say that they are redacted, where they are, and nothing where they are not")
    func mark() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            #expect(writer.exchange(1))
            writer.conclude(try #require(writer.open(redacted(2), texts("/a/[redacted]"))))
            var inTunnel = redacted(3)
            inTunnel.tunnelRequestID = RequestID(high: 1, low: 2)
            writer.conclude(try #require(writer.open(inTunnel, texts("/[redacted]"))))
            // Its process is killed: recovery closes it, and must not lose the mark.
            _ = writer.open(redacted(4), texts("/b/[redacted]"))
        }
        _ = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        let read = try events(folder)
        #expect(read.map(\.isRedacted) == [false, true, true, true])
        #expect(read[2].tunnelRequestID == RequestID(high: 1, low: 2))
        #expect(read[3].end.outcome == .aborted && read[3].path == "/b/[redacted]")
        #expect(!text(.event(read[0])).contains("redacted"))
        let members = #""reason":"policy_allowed","redacted":true,"request_id":"#
        #expect(text(.event(read[1])).contains(members))
    }

    @Test("are recalled without their query, also where there was no room for all of it")
    func queries() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let slot = try #require(writer.open(.sample(1), texts("/a/b?c=/d?e")))
        #expect(writer.recall(slot)?.texts[4] == "/a/b")
        let long = "/a?" + String(repeating: "q", count: 9_000)
        let cut = try #require(writer.open(.sample(2), texts(long)))
        #expect(writer.recall(cut)?.texts[4] == "/a")
        let lost = try #require(
            writer.open(.sample(3), texts("/" + String(repeating: "p", count: 9_000) + "?q"))
        )
        #expect(writer.recall(lost) == nil)
        for slot in [slot, cut, lost] { writer.conclude(slot) }
        let read = try events(folder)
        #expect(read[0].path == "/a/b?c=/d?e" && read[0].truncated.isEmpty)
        #expect(read[1].path == String(long.prefix(8_192)) && read[1].truncated == ["path"])
    }
}
