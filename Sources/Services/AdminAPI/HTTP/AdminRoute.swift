// A route as a row of a table. The door, the OpenAPI document's test and the test of roles read the
// same rows, so none of them can be wrong alone.

public import ClawgressContract
public import HTTPTypes

/// What the server does for one method at one path.
public struct AdminRoute: Sendable {
    /// What a request's body is.
    enum Body: Sendable {
        /// There is none.
        case none
        /// A JSON object of those members.
        case object([String])
        /// The same, or nothing.
        case optionalObject([String])
        /// A JSON value that the handler checks.
        case configuration
    }

    /// The method.
    public let method: HTTPRequest.Method
    /// The path, with `{…}` for what varies.
    public let path: String
    /// Who may use it; nil for whoever asks, without a credential.
    public let roles: [AdminRole]?
    /// The part of the API that it is in; nil for what every credential may.
    public let scope: AdminScope?
    /// The parameters of the query.
    public let query: [String]
    /// The statuses of success.
    public let statuses: [Int]
    let body: Body
    /// Whether the answer goes on while it is read: it is not begun for its head alone.
    let isStream: Bool
    /// Whether it gives a file of the log.
    ///
    /// Whoever verifies a log reads thousands of them, so they have a budget of their own, and take
    /// nothing away from what else the user asks.
    let isLogFile: Bool
    let handle: @Sendable (AdminService, AdminCall) async throws(Refusal) -> AdminReply
    let segments: [String]

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ roles: [AdminRole]?,
        scope: AdminScope? = nil,
        query: [String] = [],
        body: Body = .none,
        statuses: [Int] = [200],
        isStream: Bool = false,
        isLogFile: Bool = false,
        _ handle: @escaping @Sendable (AdminService, AdminCall) async throws(Refusal) -> AdminReply
    ) {
        self.method = method
        self.path = path
        self.roles = roles
        self.scope = scope
        self.query = query
        self.body = body
        self.statuses = statuses
        self.isStream = isStream
        self.isLogFile = isLogFile
        self.handle = handle
        segments = path.split(separator: "/").map(String.init)
    }

    /// Whether the route takes a body.
    public var takesBody: Bool {
        if case .none = body { false } else { true }
    }

    /// How many bytes of a body are read, of at most `bytesMax`: all of them only where whole
    /// configurations come, from callers who may write one.
    func bodyBytes(_ bytesMax: Int) -> Int {
        switch body {
        case .configuration: bytesMax
        case .none: min(1_024, bytesMax)
        case .object, .optionalObject:
            ["/v1/candidate/edit", "/v1/candidate/load"].contains(path)
                ? bytesMax : min(65_536, bytesMax)
        }
    }

    /// Whether the token of the first start may use it: to make a user of whoever has it.
    var takesBootstrap: Bool {
        ["/v1/whoami", "/v1/tokens", "/v1/users/{id}/password"].contains(path)
            && method != .delete
    }

    /// What stands in the braces, if the path is this route's.
    func arguments(of path: [String]) -> [String]? {
        guard path.count == segments.count else { return nil }
        var arguments: [String] = []
        for (given, wanted) in zip(path, segments) {
            if wanted.hasPrefix("{") {
                guard !given.isEmpty else { return nil }
                arguments.append(given)
            } else if given != wanted {
                return nil
            }
        }
        return arguments
    }
}

extension [AdminRole] {
    /// Whoever may read.
    static var readers: [AdminRole] { AdminRole.allCases }
    /// Whoever may change the configuration.
    static var writers: [AdminRole] { [.admin, .operator] }
    /// Whoever may see what others did.
    static var auditors: [AdminRole] { [.admin, .operator, .auditor] }
    /// Whoever may see what agents asked for.
    static var logReaders: [AdminRole] { [.admin, .auditor] }
    /// Whoever rules over users and gateways.
    static var admins: [AdminRole] { [.admin] }
}
