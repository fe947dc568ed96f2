// A sink that is a file. The cursor has the file's length with it, so a process that ended between
// the two leaves no line twice.

import ClawgressBytes
import ClawgressJWS
import Synchronization

/// Adds to a file.
final class SinkFileOutlet: SinkOutlet {
    /// The file, which only the sink's task uses.
    private struct State {
        var file: SinkFile?
        /// For the file that is opened first.
        var mark: JSONValue?
    }

    private let settings: SinkFileSettings
    private let format: SinkFormat
    private let threads: SinkThreads
    private let state = Mutex(State())

    init(_ settings: SinkFileSettings, format: SinkFormat, threads: SinkThreads) {
        self.settings = settings
        self.format = format
        self.threads = threads
    }

    func open(mark: JSONValue?) async throws(SinkProblem) -> Int? {
        state.withLock { $0.mark = mark }
        try await onDisk { state throws(FileError) in try self.ready(&state) }
        return nil
    }

    func take(_ batch: SinkBatch) async throws(SinkProblem) -> JSONValue? {
        let lines = batch.records.flatMap { $0.numbered(format) }
        return try await onDisk { state throws(FileError) in
            try self.ready(&state)
            return try state.file?.append(lines)
        }
    }

    /// Lets a file that was put aside go, so that its disk may have the room.
    func look() async throws(SinkProblem) {
        try await onDisk { state throws(FileError) in try self.ready(&state) }
    }

    func close() async { state.withLock { $0.file = nil } }

    /// Opens what the name leads to, if that is another file than before.
    private func ready(_ state: inout State) throws(FileError) {
        if state.file?.isInPlace == false { state.file = nil }
        if try state.file?.isFull() == true {
            try SinkFile.rotate(settings)
            state.file = nil
        }
        guard state.file == nil else { return }
        state.file = try SinkFile(settings, mark: state.mark)
        state.mark = nil
    }

    private func onDisk<Answer: Sendable>(
        _ work: @escaping @Sendable (inout State) throws(FileError) -> Answer
    ) async throws(SinkProblem) -> Answer {
        try await threads.run { () throws(SinkProblem) in
            do throws(FileError) {
                return try self.state.withLock { state throws(FileError) in try work(&state) }
            } catch {
                throw SinkProblem("the file took nothing: \(error)")
            }
        }
    }
}
