// A daemon that does not start says why: which file, which key, and what to do.

import ClawgressDaemon
import Foundation
import Logging
import Testing

/// A configuration with what a real one has: a required key, a nested part, a check.
private struct Settings: DaemonConfiguration, Equatable {
    struct Room: Decodable, Equatable {
        var size: Int
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, room
        case allowRoot = "allow_root"
        case logLevel = "log_level"
    }

    var name: String
    var room: Room?
    var allowRoot: Bool
    var logLevel: Logger.Level

    init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        room = try values.decodeIfPresent(Room.self, forKey: .room)
        allowRoot = try values.decodeIfPresent(Bool.self, forKey: .allowRoot) ?? false
        logLevel = try values.decodeIfPresent(Logger.Level.self, forKey: .logLevel) ?? .info
    }

    func problems() -> [String] {
        var found: [String] = []
        if name.isEmpty { found.append("`name` is empty") }
        if let room, room.size < 1 { found.append("`room.size` must be at least 1") }
        return found
    }
}

@Suite("Configuration file")
struct ConfigurationFileTests {
    /// What reading a file with that text says; `FILE` stands for its path.
    private func refusal(_ text: String) throws -> String? {
        try withFile(text) { path in
            do throws(StartRefusal) {
                _ = try ConfigurationFile.read(Settings.self, from: path)
                return nil
            } catch {
                return error.description.replacing(path, with: "FILE")
            }
        }
    }

    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws
        -> Result
    {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "clawgress-daemon-tests-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path(percentEncoded: false))
    }

    @Test("reads a file")
    func reads() throws {
        let read = try withFile("name: gw\nroom: {size: 3}\nlog_level: debug\n") { path in
            try ConfigurationFile.read(Settings.self, from: path)
        }
        #expect(read.name == "gw")
        #expect(read.room == Settings.Room(size: 3))
        #expect(!read.allowRoot)
        #expect(read.logLevel == .debug)
    }

    @Test("says which file cannot be read, and how to name one")
    func noFile() {
        let error = #expect(throws: StartRefusal.self) {
            try ConfigurationFile.read(Settings.self, from: "/nowhere/gateway.yaml")
        }
        #expect(
            error?.description
                == "cannot read the configuration file `/nowhere/gateway.yaml`; name one with `--config`"
        )
    }

    @Test("a folder is no configuration file")
    func folder() {
        #expect(throws: StartRefusal.self) {
            try ConfigurationFile.read(
                Settings.self,
                from: FileManager.default.temporaryDirectory.path
            )
        }
    }

    @Test("names a key that is missing, nested ones too")
    func missing() throws {
        #expect(try refusal("log_level: info\n") == "FILE: the key `name` is missing")
        #expect(try refusal("name: a\nroom: {}\n") == "FILE: the key `size` is missing")
    }

    @Test("names a key whose value has the wrong type, with the way to it")
    func wrongType() throws {
        #expect(try refusal("name: [a]\n") == "FILE: `name` has a value of the wrong type")
        #expect(
            try refusal("name: a\nroom: {size: wide}\n")
                == "FILE: `room.size` has a value of the wrong type"
        )
        #expect(try refusal("- a\n- b\n") == "FILE: the file has a value of the wrong type")
    }

    @Test("refuses an unknown key and names the known ones in order")
    func unknownKey() throws {
        #expect(
            try refusal("name: a\nnmae: b\n")
                == "FILE: the file: unknown key `nmae`; known are `allow_root`, `log_level`, "
                + "`name`, `room`"
        )
    }

    @Test("refuses a word that is none of a list")
    func word() throws {
        let said = try #require(try refusal("name: a\nlog_level: loud\n"))
        #expect(said.hasPrefix("FILE: `log_level`: "))
        #expect(said.contains("loud"))
    }

    @Test("says where YAML stops being YAML")
    func malformed() throws {
        let said = try #require(try refusal("name: \"a\nroom: {size: 1\n"))
        #expect(said.hasPrefix("FILE: "))
        #expect(said.contains("3:1") || said.contains("line"))
    }

    @Test("refuses a key that is there twice")
    func twice() throws {
        let said = try #require(try refusal("name: a\nname: b\n"))
        #expect(said.contains("name"))
    }

    @Test("refuses an empty file")
    func empty() throws {
        #expect(try refusal("") != nil)
        #expect(try refusal("# nothing\n") != nil)
    }

    @Test("tells all problems at once, each on a line with the file's name")
    func problems() throws {
        #expect(
            try refusal("name: ''\nroom: {size: 0}\n")
                == "FILE: `name` is empty\nFILE: `room.size` must be at least 1"
        )
        #expect(try refusal("name: a\nroom: {size: 1}\n") == nil)
    }
}
