// The file of a sink: lines are added and waited for, and what a crash or a full disk left of some
// that were not is cut off again, so that every line in it is a whole one.

import ClawgressBytes
import ClawgressJWS

/// An open file.
final class SinkFile: Sendable {
    private let file: OpenFile
    private let settings: SinkFileSettings

    /// What anybody of its group may read.
    private static var mode: UInt32 { 0o640 }

    /// Opens the file, or makes it.
    ///
    /// - Parameter mark: of the last lines that were kept, if they may be in this file.
    /// - Throws: `FileError`.
    init(_ settings: SinkFileSettings, mark: JSONValue? = nil) throws(FileError) {
        self.settings = settings
        file = try Self.opened(settings.path)
        let length = try file.length()
        let known = mark?["length"]?.integer.map { Int($0) }
        let isSame = mark?["inode"]?.text == "\(try file.inode())"
        if isSame, let known, known < length {
            // Lines that were written and not noted: they come again.
            try file.truncate(to: known)
        } else {
            try Self.cutTornLine(file, length)
        }
    }

    private static func opened(_ path: String) throws(FileError) -> OpenFile {
        do throws(FileError) {
            return try OpenFile(path: path, creating: false)
        } catch {
            guard error.isMissing else { throw error }
        }
        let file = try OpenFile(path: path, creating: true)
        try file.allow(mode: mode)
        return file
    }

    /// Cuts off what stands behind the last line end.
    private static func cutTornLine(
        _ file: borrowing OpenFile,
        _ length: Int
    ) throws(FileError) {
        var end = length
        while end > 0 {
            let start = max(0, end - 65_536)
            let bytes = try file.read(at: start, count: end - start)
            if let last = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                end = start + last + 1
                break
            }
            end = start
        }
        if end < length { try file.truncate(to: end) }
    }

    /// Whether its name still leads to it.
    var isInPlace: Bool { file.isInPlace }

    /// Whether it is to be put aside before more is added.
    func isFull() throws(FileError) -> Bool {
        guard let limit = settings.rotateBytes else { return false }
        return try file.length() >= limit
    }

    /// Adds lines, and waits until they are on the disk.
    ///
    /// - Returns: the mark behind them.
    /// - Throws: `FileError`; nothing was added then.
    func append(_ lines: [UInt8]) throws(FileError) -> JSONValue {
        let length = try file.length()
        do throws(FileError) {
            try file.write(lines[...], at: length)
            try file.synchronise()
        } catch {
            try? file.truncate(to: length)
            throw error
        }
        return .object([
            JSONMember("inode", .string("\(try file.inode())")),
            JSONMember("length", .integer(Int64(length + lines.count))),
        ])
    }

    /// Puts the file at the path aside as `.1`, what was that as `.2`, and so on; what is too old
    /// is removed.
    static func rotate(_ settings: SinkFileSettings) throws(FileError) {
        func name(_ number: Int) -> String {
            number == 0 ? settings.path : "\(settings.path).\(number)"
        }
        try Folder.remove(file: name(settings.keep))
        for number in stride(from: settings.keep - 1, through: 0, by: -1)
        where Folder.length(ofFile: name(number)) != nil {
            try Folder.move(file: name(number), to: name(number + 1))
        }
    }
}
