// Where a log is: a folder, or a web server.

import ArgumentParser
import ClawgressBytes
import ClawgressLogVerification
import ClawgressTransparencyLog

/// The argument that says where a log is.
struct LogOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The log: a folder, or http(s)://….", valueName: "folder|url"))
    var log: String

    @Option(
        help: ArgumentHelp(
            "The authority of an https server; the system's if absent.",
            valueName: "file"
        )
    )
    var caFile: String?

    func validate() throws {
        if caFile != nil, !log.hasPrefix("https://") {
            throw ValidationError("--ca-file is for https://…")
        }
    }

    /// Works with the log, and lets go of it.
    func withLog<Result>(_ work: (LogLocation) throws -> Result) throws -> Result {
        if log.hasPrefix("https://") || log.hasPrefix("http://") {
            let web = try WebLog(log, authority: caFile)
            defer { web.close() }
            return try work(.web(web))
        }
        guard Folder.length(ofFile: log) != nil else {
            throw CommandFailure(.noInput, "there is no folder `\(log)`")
        }
        return try work(.folder(log))
    }
}

/// A log that can be read.
enum LogLocation: LogSource {
    case folder(String)
    case web(WebLog)

    func content(of path: String) throws(LogFailure) -> [UInt8]? {
        switch self {
        case .web(let web): return try web.content(of: path)
        case .folder(let folder):
            do throws(FileError) {
                let bytesMax = LogFile.bytesMax(of: path)
                return try WholeFile.readIfPresent("\(folder)/\(path)", bytesMax: bytesMax)
            } catch {
                throw .unreadable(error)
            }
        }
    }

    func expect(_ paths: [String]) {
        if case .web(let web) = self { web.expect(paths) }
    }
}
