// A policy service in a folder of its own: real database, real keys, a clock that the test moves.

import ClawgressBundle
import ClawgressContract
import ClawgressDaemon
import ClawgressModel
import ClawgressPolicyService
import ClawgressSealing
import ClawgressStorage
import Foundation
import Logging
import Synchronization

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    static let start: Int64 = 1_800_000_000

    private let seconds = Mutex(TestClock.start)

    var now: Int64 { seconds.withLock { $0 } }

    func advance(_ by: Int64) { seconds.withLock { $0 += by } }

    var clock: PolicyClock {
        PolicyClock(wall: { self.now }, uptime: { self.now * 1_000 })
    }
}

/// A folder with keys and a database, and the services that run on it.
final class PolicyBench {
    let folder: String
    let clock = TestClock()
    var settings = PolicySettings()
    let log = RecordedLog()
    private(set) var tasks: [Task<Void, Never>] = []

    static let passphraseText = "the credential of a test"
    static func passphrase(_ text: String = PolicyBench.passphraseText) throws -> Passphrase {
        try Passphrase(Array(text.utf8))
    }

    init() throws {
        folder = "\(FileManager.default.temporaryDirectory.path)/policy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit {
        for task in tasks { task.cancel() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    var places: PolicyPlaces { PolicyPlaces(stateFolder: folder) }

    func ceremony(root passphrase: String = "the root's passphrase") throws -> RootCeremony {
        RootCeremony(
            folder: places.keys,
            credential: try Self.passphrase(),
            root: .init(path: "\(folder)/root.sealed", passphrase: try Self.passphrase(passphrase))
        )
    }

    /// Files of keys that are made once for all tests whose clock begins where it stands, by
    /// their place in the bench's folder: sealing takes a second in a debug build.
    private static let made: Result<[String: Data], any Error> = Result {
        let bench = try PolicyBench()
        try bench.ceremony().begin(now: TestClock.start)
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: bench.folder) {
            files[name] = FileManager.default.contents(atPath: "\(bench.folder)/\(name)")
        }
        return files
    }

    /// Gives the folder keys, unless it has some.
    func makeKeys() throws {
        guard !FileManager.default.fileExists(atPath: places.keys.rootFile) else { return }
        guard clock.now == TestClock.start else { return try ceremony().begin(now: clock.now) }
        let files = try Self.made.get()
        try FileManager.default.createDirectory(
            atPath: places.keys.path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for (name, content) in files {
            _ = FileManager.default.createFile(
                atPath: "\(folder)/\(name)",
                contents: content,
                attributes: [.posixPermissions: 0o600]
            )
        }
    }

    func ring() throws -> KeyRing {
        try KeyRing(places.keys, passphrase: try Self.passphrase(), now: clock.now)
    }

    /// Puts a copy into the place of the state.
    func restore(
        _ backup: String,
        keeping gateways: RestoredGateways = .unsaid
    ) throws -> RestoredPolicy {
        try PolicyBackup.restore(backup, to: places, keeping: gateways, now: clock.now)
    }

    func openStore() throws -> Store {
        try Store(path: places.database, migrator: PolicyStore.schema)
    }

    /// Starts a service, the first one with new keys.
    func start() async throws -> Running {
        try makeKeys()
        let database = try openStore()
        let store = PolicyStore(database)
        let plane = try await PolicyPlane(
            store: store,
            keys: try ring(),
            settings: settings,
            clock: clock.clock,
            failpoints: try Failpoints(allowed: false, steps: []),
            logger: Logger(label: "test") { _ in log }
        )
        let task = Task { _ = try? await plane.run() }
        tasks.append(task)
        return Running(database: database, store: store, plane: plane, task: task)
    }

    /// A running service.
    struct Running {
        let database: Store
        let store: PolicyStore
        let plane: PolicyPlane
        let task: Task<Void, Never>

        /// Ends it, so that another one can open the database.
        func stop() async throws {
            await plane.stopWriting()
            await task.value
            try database.close()
        }

        /// Makes a gateway known, as enrolment does.
        func enrol(_ gatewayID: String) async throws {
            var generator = SystemRandomNumberGenerator()
            let token = EnrolmentSecret(using: &generator)
            try await store.add(token, for: gatewayID, expiresAt: .max, at: 1_700_000_000)
            let record = GatewayRecord(
                gatewayID: gatewayID,
                certificate: "sha256:\(gatewayID)",
                certificateEnds: 2_000_000_000,
                enrolledAt: 1_700_000_000
            )
            _ = try await store.enrol(record, with: token, at: 1_700_000_000)
        }
    }
}

/// Content that differs by a name.
func content(_ name: String) -> Snapshot {
    Snapshot(destinationGroups: [name: ["\(name).example"]])
}

/// A wish to publish it.
func wish(
    _ name: String,
    id: String? = nil,
    confirmSeconds: Int64? = nil,
    exclude: Set<String> = []
) -> PublicationWish {
    PublicationWish(
        requestID: id ?? "request-\(name)",
        kind: .publication,
        revision: content(name).contentRevision(),
        content: .snapshot(content(name)),
        confirmSeconds: confirmSeconds,
        exclude: exclude
    )
}
