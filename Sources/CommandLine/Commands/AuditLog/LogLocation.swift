// Where a log is: behind the control plane, in a folder, or on a web server.

import ArgumentParser
import ClawgressBytes
import ClawgressContract
import ClawgressLogVerification
import ClawgressTransparencyLog

/// The argument that says where a log is.
struct LogOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The log: a folder, or http(s)://…; the control plane's if absent.",
            valueName: "folder|url"
        )
    )
    var log: String?

    @Option(
        help: ArgumentHelp(
            "The authority of an https server that publishes the log; the system's if absent.",
            valueName: "file"
        )
    )
    var caFile: String?

    @OptionGroup var access: APIAccess

    func validate() throws {
        if caFile != nil, log?.hasPrefix("https://") != true {
            throw ValidationError(
                "--ca-file is for a log at https://…; the control plane's authority is --ca"
            )
        }
        if let log, access.isGiven {
            throw ValidationError(
                "--api, --ca and --token-file are for the control plane's log: give them, or `\(log)`"
            )
        }
    }

    /// Works with the log, and lets go of it.
    func withLog<Result>(
        in context: CommandContext,
        _ work: (LogLocation) throws -> Result
    ) throws -> Result {
        guard let log else {
            return try Self.with(try WebLog(try access.endpoint(in: context), context), work)
        }
        if log.hasPrefix("https://") || log.hasPrefix("http://") {
            return try Self.with(try WebLog(log, authority: caFile, context), work)
        }
        guard Folder.length(ofFile: log) != nil else {
            throw CommandFailure(.noInput, "there is no folder `\(log)`")
        }
        return try work(.folder(log))
    }

    private static func with<Result>(
        _ web: WebLog,
        _ work: (LogLocation) throws -> Result
    ) throws -> Result {
        defer { web.close() }
        return try work(.web(web))
    }

    /// Where the control plane's index has a record; nil if it has none, or another log is asked.
    ///
    /// Nothing rests on the answer: what is found there is looked at, and proved.
    func place(of id: String, in context: CommandContext) -> Int? {
        guard log == nil, let endpoint = try? access.endpoint(in: context) else { return nil }
        let client = APIClient(endpoint, in: context)
        var place: Int?
        _ = try? LogPages(client: client, query: [("request_id", id)]).each(upTo: 1) {
            place = Int($0.index)
        }
        return place
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
                return try WholeFile.readRegularIfPresent(
                    "\(folder)/\(path)",
                    bytesMax: bytesMax
                )
            } catch {
                throw .unreadable(error)
            }
        }
    }

    func expect(_ paths: [String]) {
        if case .web(let web) = self { web.expect(paths) }
    }
}
