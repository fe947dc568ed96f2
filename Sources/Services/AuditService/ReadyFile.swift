// Says that the service serves, once all of its listeners are bound.

import ClawgressBytes
import ClawgressDaemon
import ClawgressJWS
import Logging
import Synchronization

/// The file that names the real ports.
final class ReadyFile: Sendable {
    private let path: String?
    private let logger: Logger
    private let ports = Mutex<[JSONMember]>([])

    init(path: String?, logger: Logger) {
        self.path = path
        self.logger = logger
    }

    /// A listener is bound; with the last of `count` the file is written.
    func bound(_ name: String, _ port: UInt16, of count: Int) {
        let members = ports.withLock { ports in
            ports.append(JSONMember(name, .integer(Int64(port))))
            return ports
        }
        guard members.count == count else { return }
        if let path {
            let text = JSONValue.object(members).jsonText + "\n"
            do throws(FileError) {
                try WholeFile.replace(path, with: Array(text.utf8), mode: 0o644)
            } catch {
                logger.error("the ready file cannot be written", metadata: ["problem": "\(error)"])
            }
        }
        ServiceManager.ready()
    }
}
