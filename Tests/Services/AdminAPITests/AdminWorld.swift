// An admin API in a folder of its own, with a policy service and a clock that the test holds.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

/// An answer, read.
struct Answer {
    let status: Int
    let fields: HTTPFields
    let text: String

    var json: JSONValue {
        get throws { try StrictJSON.read(text) }
    }
    var code: String? { try? json["code"]?.text }

    /// The text of a member.
    func member(_ name: String) throws -> String {
        try #require(try json[name]?.text, "no `\(name)` in \(text)")
    }
}

final class AdminWorld: Sendable {
    let folder: String
    let plane = FakePlane()
    private let now = Mutex<Int64>(1_000_000_000_000)
    private let running: Mutex<AdminAPI?>

    var api: AdminAPI {
        get throws { try #require(running.withLock { $0 }) }
    }

    private let spoolBytes: Int64
    private let logger: Logger

    /// - Parameter original: a world whose folder this one gets a copy of, as it is: what a kill of
    ///   its daemon would leave.
    init(
        copyOf original: AdminWorld? = nil,
        spoolBytes: Int64 = AdminLimits().spoolBytes,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws {
        self.spoolBytes = spoolBytes
        self.logger = logger
        folder = FileManager.default.temporaryDirectory.path + "/admin-api-\(UUID().uuidString)"
        if let original {
            try FileManager.default.copyItem(atPath: original.folder, toPath: folder)
        } else {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        running = Mutex(nil)
        try start()
    }

    deinit {
        _ = try? running.withLock { $0 }?.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Ends the API; its folder stays.
    func stop() throws {
        try running.withLock { old in
            try old?.close()
            old = nil
        }
    }

    /// Starts the API on what the folder holds, after a stop that it was not told of.
    func start(_ limits: AdminLimits = AdminLimits()) throws {
        // Whoever holds the old one holds its folder.
        try stop()
        var limits = limits
        limits.requestsPerSecond = 100_000
        limits.spoolBytes = spoolBytes
        limits.openRequestsPerSecond = 100_000
        let api = try AdminAPI(
            stateFolder: folder,
            plane: plane,
            clock: clock,
            limits: limits,
            openAPI: "openapi: 3.1.0\n",
            logger: logger
        )
        running.withLock { $0 = api }
    }

    var clock: AdminClock { AdminClock { [weak self] in self?.now.withLock { $0 } ?? 0 } }

    func pass(seconds: Int64) {
        now.withLock { $0 += seconds * 1_000_000 }
    }

    /// Sends one request through the whole door.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ token: String? = nil,
        _ body: String? = nil,
        fields: HTTPFields = [:],
        source: String = "192.0.2.1"
    ) async throws -> Answer {
        var fields = fields
        if let token { fields[.authorization] = "Bearer \(token)" }
        if body != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let request = Request(
            head: HTTPRequest(
                method: method,
                scheme: "https",
                authority: "localhost",
                path: path,
                headerFields: fields
            ),
            body: RequestBody(buffer: ByteBuffer(string: body ?? ""))
        )
        let response = try await api.responder.respond(
            to: request,
            context: AdminContext(clientAddress: source)
        )
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        return Answer(
            status: response.status.code,
            fields: response.headers,
            text: collected.text.withLock { $0 }
        )
    }

    /// A token of an admin, who is the first user.
    func admin() async throws -> String {
        let bootstrap = try #require(try api.bootstrapToken())
        let answer = try await send(.post, "/v1/tokens", bootstrap, #"{"name":"first"}"#)
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.member("token")
    }

    /// An admin's token and one of each other role, all of configured users.
    func staff() async throws -> [AdminRole: String] { try await staff(of: try await admin()) }

    /// The same, where the admin's token is made already.
    func staff(of first: String) async throws -> [AdminRole: String] {
        let names: [AdminRole: String] = [
            .operator: "olga", .auditor: "anna", .readOnly: "rita",
        ]
        var edits = [#""set user admin role admin""#]
        for (role, name) in names { edits.append(#""set user \#(name) role \#(role.rawValue)""#) }
        try await commit(first, edits.joined(separator: ","))
        var tokens: [AdminRole: String] = [.admin: first]
        for (role, name) in names {
            let body = #"{"name":"test","user":"\#(name)"}"#
            tokens[role] = try await send(.post, "/v1/tokens", first, body).member("token")
        }
        return tokens
    }

    /// Edits, stages and commits.
    ///
    /// - Parameter edits: JSON strings, separated by commas.
    @discardableResult
    func commit(_ token: String, _ edits: String, _ options: String = "{}") async throws -> Answer {
        let edited = try await send(.post, "/v1/candidate/edit", token, #"{"edits":[\#(edits)]}"#)
        #expect(edited.status == 200, "\(edited.text)")
        let configured = try await send(.post, "/v1/opmode/configure", token)
        #expect(configured.status == 200, "\(configured.text)")
        return try await send(.post, "/v1/opmode/commit", token, options)
    }

    static let agent = """
        "set agent crawler team research","set agent crawler project p",\
        "set agent crawler environment dev"
        """
}

extension AdminRoute {
    /// The path with a name that nobody has for whatever varies.
    var pathOfNobody: String { path.replacing(/\{\w+\}/, with: "nobody") }
}

private final class Collected: Sendable {
    let text = Mutex("")
}

private struct Collector: ResponseBodyWriter {
    let collected: Collected

    mutating func write(_ buffer: ByteBuffer) async throws {
        collected.text.withLock { $0 += String(buffer: buffer) }
    }

    consuming func finish(_: HTTPFields?) async throws {}
}
