// The canonical text and the content hash.

import ClawgressBundle
import ClawgressModel
import Testing

@Suite("Canonical snapshots")
struct SnapshotCanonicalTests {
    @Test("sorts members, escapes no slash and writes no white space")
    func canonicalText() {
        var snapshot = Snapshot()
        snapshot.destinationGroups = ["b": ["x.example/y"], "a": []]
        let text = String(decoding: snapshot.canonicalJSON(), as: UTF8.self)
        #expect(text.hasPrefix(#"{"agents":[],"destination_groups":{"a":[],"b":["x.example/y"]},"#))
        #expect(!text.contains(" ") && !text.contains("\n"))
    }

    @Test("the revision ignores place and time, and nothing else")
    func revision() {
        let first = BundleFixtures.snapshot(epoch: 1, serial: 1)
        var second = BundleFixtures.snapshot(epoch: 4, serial: 9)
        second.issuedAt = 5
        #expect(first.contentRevision() == second.contentRevision())
        #expect(first.revision.hasPrefix("sha256:") && first.revision.utf8.count == 71)
        second.policies[0].priority += 1
        #expect(first.contentRevision() != second.contentRevision())
    }

    @Test("a deadline changes no revision, and the configuration that it was made from does")
    func deadlineAndConfiguration() {
        let plain = BundleFixtures.snapshot()
        var changed = plain
        changed.confirmBy = 1_800_000_600
        #expect(changed.contentRevision() == plain.contentRevision())
        changed.configuration = "sha256:11"
        let first = changed.contentRevision()
        #expect(first != plain.contentRevision())
        changed.configuration = "sha256:12"
        #expect(changed.contentRevision() != first)
    }

    @Test("what has no deadline and no configuration keeps the revision that it always had")
    func oldRevision() {
        // The digest was taken over text that a program without these members wrote.
        #expect(
            Snapshot().contentRevision()
                == "sha256:a356a9fffc3e186850834b4ccf9508383caa1c8bcce4f96ecb4c2423049761f6"
        )
    }

    @Test("reads back what it wrote")
    func readBack() throws {
        let snapshot = BundleFixtures.snapshot()
        #expect(try SnapshotReader.read(snapshot.canonicalJSON()) == snapshot)
    }
}
