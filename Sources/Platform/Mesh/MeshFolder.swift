// What a process of the mesh has on disk: `ca.pem`, `certificate.pem` and `key.sealed`. The
// files are looked at again for every connection, so that new certificates need no restart.

import ClawgressBytes
public import ClawgressSealing
import NIOSSL
import Synchronization

/// A process' certificate, key and authorities.
///
/// A replacement that cannot be used is not used: the last good certificates stay, and
/// ``problem`` says why.
public final class MeshFolder: Sendable {
    /// Where the files are.
    public let path: String
    private let passphrase: Passphrase
    private let state: Mutex<State>

    /// Reads the folder and opens the key.
    ///
    /// - Throws: `MeshError`.
    public init(path: String, passphrase: Passphrase) throws(MeshError) {
        self.path = path
        self.passphrase = passphrase
        let stamps = Self.stamps(in: path)
        let material = try MeshMaterial(folder: path, passphrase: passphrase)
        state = Mutex(State(stamps: stamps, material: material))
    }

    /// The process' own certificate, as it is in use now.
    public var certificate: MeshCertificate { current.certificate }

    /// Whom the process is.
    public var identity: MeshIdentity { current.certificate.identity }

    /// Whom it believes.
    public var authorities: MeshAuthorities { current.authorities }

    /// Why the files as they are now are not in use; nil if they are.
    public var problem: MeshError? {
        state.withLock { state in
            refresh(&state)
            return state.problem
        }
    }

    /// What new connections use; reads the files again if they changed.
    var current: MeshMaterial {
        state.withLock { state in
            refresh(&state)
            return state.material
        }
    }

    private struct State {
        var stamps: [FileStamp?]
        var material: MeshMaterial
        var problem: MeshError?
    }

    private func refresh(_ state: inout State) {
        // Before the files are read: what changes meanwhile is seen the next time.
        let stamps = Self.stamps(in: path)
        guard stamps != state.stamps else { return }
        state.stamps = stamps
        do throws(MeshError) {
            state.material = try MeshMaterial(
                folder: path,
                passphrase: passphrase,
                previous: state.material
            )
            state.problem = nil
        } catch {
            state.problem = error
        }
    }

    private static func stamps(in path: String) -> [FileStamp?] {
        MeshFiles.all.map { FileStamp(of: "\(path)/\($0)") }
    }
}

/// The names of a mesh folder's files.
public enum MeshFiles {
    /// The authorities that the process believes.
    public static var authorities: String { "ca.pem" }
    /// The process' own certificate.
    public static var certificate: String { "certificate.pem" }
    /// Its key, sealed.
    public static var key: String { "key.sealed" }

    static var all: [String] { [authorities, certificate, key] }
}
