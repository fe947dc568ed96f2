// How the mesh fails, in the words of the operator who has to mend it.

import AsyncHTTPClient
public import ClawgressBytes
public import ClawgressSealing
import Glibc
import NIOCore
import NIOHTTP1
import NIOSSL

/// Why a mesh folder is refused, or a request got no answer.
public enum MeshError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file of the folder could not be read.
    case file(FileError)
    /// The key could not be opened.
    case sealing(SealingError, path: String)
    /// A file holds no certificate, too many, or one that cannot be read.
    case certificateMalformed(path: String)
    /// A certificate names no identity of ours, or several.
    case identityMissing
    /// The key is not the certificate's.
    case keyMismatch(path: String)
    /// Nobody listens there, or nobody is reached.
    case unreachable(String)
    /// One of the two sides does not trust the other's certificate.
    case untrusted(String)
    /// No answer in time.
    case timedOut
    /// The connection ended before the answer did.
    case connectionClosed
    /// An answer, or a line of one, is longer than the limit in bytes.
    case tooLong(limit: Int)
    /// The request cannot be sent as it is.
    case requestMalformed(String)

    /// One line.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .sealing(let error, let path): "`\(path)`: \(error)"
        case .certificateMalformed(let path): "`\(path)` holds no usable certificate"
        case .identityMissing:
            "the certificate names no service: its subject alternative names need exactly one "
                + "URI such as `clawgress://gateway/gw-1`"
        case .keyMismatch(let path): "the key in `\(path)` is not the certificate's"
        case .unreachable(let reason): "cannot be reached: \(reason)"
        case .untrusted(let reason): "TLS refused: \(reason)"
        case .timedOut: "no answer in time"
        case .connectionClosed: "the connection was closed before the answer was complete"
        case .tooLong(let limit): "the answer is longer than \(limit) bytes"
        case .requestMalformed(let reason): "the request is malformed: \(reason)"
        }
    }

    /// Sorts what the network's libraries throw.
    static func sorted(_ error: any Error) -> MeshError {
        switch error {
        case let error as MeshError: error
        case let error as HTTPClientError: sorted(error)
        // A peer that was killed, before or within an answer.
        case NIOSSLError.uncleanShutdown, HTTPParserError.invalidEOFState: .connectionClosed
        case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE:
            .connectionClosed
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .untrusted("\(error)")
        case is CancellationError: .connectionClosed
        case is ChannelError: .connectionClosed
        default: .unreachable("\(error)")
        }
    }

    private static func sorted(_ error: HTTPClientError) -> MeshError {
        switch error {
        case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded,
            .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
            .timedOut
        case .remoteConnectionClosed, .cancelled, .alreadyShutdown: .connectionClosed
        default: .unreachable("\(error)")
        }
    }
}
