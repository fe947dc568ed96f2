// `clawgress-audit reindex`: the index anew, while the service is stopped.

import ArgumentParser
import ClawgressAuditService
import ClawgressDaemon
import Foundation

struct ReindexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reindex",
        abstract: "Makes the index anew from the log; the service must not run.",
        discussion: """
            Nothing of the log is changed. The service makes a missing or damaged index by itself; \
            this is for an index that should go further back than `index.days` said before.
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    func run() throws {
        let configuration = try ConfigurationFile.read(AuditConfiguration.self, from: config)
        let start = ContinuousClock.now
        var reported = start
        let count = try AuditService.reindex(
            configuration,
            now: WallClock.microseconds()
        ) { done, total in
            guard ContinuousClock.now - reported >= .seconds(1) else { return }
            reported = ContinuousClock.now
            say("\(done) of \(total) records")
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        say("\(count) records, \(Int(Double(count) / seconds)) a second")
    }

    private func say(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}
