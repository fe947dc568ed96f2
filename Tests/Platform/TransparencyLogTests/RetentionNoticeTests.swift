// What a log says of pruned entries: one text for one meaning, and none that is a checkpoint, too.

import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

@Suite("retention notices")
struct RetentionNoticeTests {
    @Test(
        "are written and read again",
        arguments: [(0, 90, nil), (512, nil, 1_000), (1 << 40, 1, 256)] as [(Int, Int?, Int?)]
    )
    func whole(minimum: Int, days: Int?, entries: Int?) throws {
        let notice = try #require(
            RetentionNotice(origin: "log/1", minimum: minimum, days: days, entries: entries)
        )
        #expect(RetentionNotice(text: notice.text) == notice)
        #expect(Checkpoint(text: notice.text) == nil)
        let signer = try NoteSigner.generate(.ed25519, name: "log/1")
        var note = try #require(SignedNote(text: notice.text))
        try signer.sign(&note, time: 0)
        let content = Array(note.encoded.utf8)
        let read = try RetentionNotice.verified(content, of: "log/1", by: [signer.key])
        #expect(read == notice)
        #expect(throws: RetentionError.otherLog(origin: "log/1")) {
            try RetentionNotice.verified(content, of: "log/2", by: [signer.key])
        }
        let other = try NoteSigner.generate(.ed25519, name: "log/1")
        #expect(throws: RetentionError.note(.unsigned)) {
            try RetentionNotice.verified(content, of: "log/1", by: [other.key])
        }
        // The log's signature under another of its texts.
        var checkpoint = try #require(SignedNote(text: "log/1\n0\n\(TreeHash.emptyTree.base64)\n"))
        try signer.sign(&checkpoint, time: 0)
        #expect(throws: RetentionError.malformed) {
            let content = Array(checkpoint.encoded.utf8)
            return try RetentionNotice.verified(content, of: "log/1", by: [signer.key])
        }
    }

    @Test(
        "have no other spelling",
        arguments: [
            "", "clawgress-retention/v1\nl\nminimum 0\n", "clawgress-retention/v1\nl\ndays 1\n",
            "clawgress-retention/v1\nl\nminimum 00\ndays 1\n",
            "clawgress-retention/v1\nl\nminimum -1\ndays 1\n",
            "clawgress-retention/v1\nl\nminimum 1\ndays 0\n",
            "clawgress-retention/v1\nl\nminimum 1\nentries 9\ndays 1\n",
            "clawgress-retention/v1\nl\nminimum 1\ndays 1\nmore\n",
            "clawgress-retention/v1\nl\nminimum 1\ndays 1",
            "clawgress-retention/v2\nl\nminimum 1\ndays 1\n",
            "clawgress-retention/v1\n\nminimum 1\ndays 1\n",
        ]
    )
    func others(text: String) {
        #expect(RetentionNotice(text: text) == nil)
    }
}
