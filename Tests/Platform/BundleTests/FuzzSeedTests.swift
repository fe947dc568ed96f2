// A fuzzer starts from seeds. When the format of snapshots changes and theirs does not, nothing
// fails there: it only never gets past the first missing member again.

import ClawgressBundle
import ClawgressModel
import Foundation
import Testing

@Suite("The seeds of the fuzz target")
struct FuzzSeedTests {
    @Test(
        "are snapshots of the present format",
        arguments: ["the-least-snapshot", "a-snapshot-with-everything", "one-policy"]
    )
    func seeds(name: String) throws {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        let seed = try Data(contentsOf: folder.appending(path: "Fuzzing/Corpus/bundle/" + name))
        let snapshot = try SnapshotReader.read(Array(seed))
        #expect(snapshot.serial == 7, "mend Fuzzing/Seeds/bundle.py and run make-seeds")
    }
}
