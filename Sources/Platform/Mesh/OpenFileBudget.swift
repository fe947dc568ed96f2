// How the files that a process may have open are divided: so many for connections, and the rest for what
// the service is there for. Whoever reaches a port must not be able to keep it from its disk.

import ClawgressBytes

/// Fewer files may be open than a service needs.
public struct TooFewOpenFiles: Error, Equatable, CustomStringConvertible {
    let limit: Int

    /// One line, with what to do.
    public var description: String {
        "\(limit) files may be open, and at least \(OpenFileBudget.limitMin) must be: "
            + "raise the limit (`LimitNOFILE=`, `ulimit -Hn`)"
    }
}

/// What a process may have open.
public struct OpenFileBudget: Sendable, Equatable {
    /// A service needs no more: more would only be more that it has to close.
    private static var limitMax: Int { 65_536 }
    /// With fewer, what is left for connections is none.
    static var limitMin: Int { 256 }
    /// A listener needs no more.
    private static var connectionsMax: Int { 4_096 }

    private let limit: Int

    /// Divides a limit.
    ///
    /// - Throws: `TooFewOpenFiles`.
    public init(limit: Int) throws(TooFewOpenFiles) {
        guard limit >= Self.limitMin else { throw TooFewOpenFiles(limit: limit) }
        self.limit = limit
    }

    /// Raises the process' limit as far as the system allows, and divides it.
    ///
    /// - Throws: `TooFewOpenFiles`.
    public static func raised() throws(TooFewOpenFiles) -> OpenFileBudget {
        try OpenFileBudget(limit: ProcessLimits.raiseOpenFiles(bound: limitMax))
    }

    /// How many files are left for the disk and for connections to others.
    public var reserve: Int { max(128, limit / 4) }

    /// How many connections a listener may hold.
    ///
    /// - Parameter eighths: its part, where there are several listeners.
    public func connections(eighths: Int = 8) -> Int {
        min(Self.connectionsMax, (limit - reserve) * eighths / 8)
    }
}
