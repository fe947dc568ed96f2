// What the database promises across restarts, with real files.

import ClawgressContract
import ClawgressPolicyService
import ClawgressStorage
import Testing

@Suite("the policy service's database")
struct PolicyStoreTests {
    private func new(_ serial: Int64, confirmBy: Int64? = nil) -> NewPublication {
        NewPublication(
            requestID: "request-\(serial)",
            kind: .publication,
            bundle: reference(serial),
            confirmBy: confirmBy,
            createdAt: 1_000
        )
    }

    private func reference(_ serial: Int64) -> BundleReference {
        BundleReference(epoch: 1, serial: serial, revision: "sha256:\(serial)")
    }

    /// A store with the first epoch, and what has to be closed before another opens it.
    private func open(_ bench: PolicyBench) async throws -> (PolicyStore, Store) {
        try bench.makeKeys()
        let database = try bench.openStore()
        let store = PolicyStore(database)
        let ring = try bench.ring()
        try await store.add(ring.keySet, jws: ring.keySetText)
        return (store, database)
    }

    @Test("never gives a serial twice, whatever became of it and whoever restarted")
    func serials() async throws {
        let bench = try PolicyBench()
        var taken: [Int64] = []
        for _ in 0..<3 {
            let (store, database) = try await open(bench)
            taken.append(try await store.takeSerial().serial)
            taken.append(try await store.takeSerial().serial)
            try database.close()
        }
        #expect(taken == [1, 2, 3, 4, 5, 6])
    }

    @Test("a restart finds what is decided and what is not")
    func recovery() async throws {
        let bench = try PolicyBench()
        let (store, database) = try await open(bench)
        for serial in Int64(1)...3 {
            #expect(try await store.begin(new(serial), jws: [UInt8(serial)]))
        }
        try await store.decide(reference(1), at: 1_001, rollout: [], bundlesKept: 16)
        try await store.abort(reference(2), at: 1_002, rollout: [])
        try database.close()
        let (again, second) = try await open(bench)
        let recovery = CommitRecovery(try await again.attempts())
        #expect(recovery.latest == reference(1))
        #expect(recovery.undecided == [reference(3)])
        #expect(try await again.bundle(epoch: 1, serial: 1) == [1])
        #expect(try await again.bundle(epoch: 1, serial: 2) == nil)
        try second.close()
    }

    @Test("a service that starts aborts what was not decided")
    func startAborts() async throws {
        let bench = try PolicyBench()
        let (store, database) = try await open(bench)
        #expect(try await store.begin(new(1), jws: [1]))
        try database.close()
        let service = try await bench.start()
        #expect(try await service.store.publication(requestID: "request-1")?.state == .aborted)
        try await service.stop()
    }

    @Test("decides only what is prepared, and once")
    func decideOnce() async throws {
        let bench = try PolicyBench()
        let (store, database) = try await open(bench)
        #expect(try await store.begin(new(1), jws: [1]))
        try await store.abort(reference(1), at: 1_001, rollout: [])
        await #expect(throws: PolicyStoreError.self) {
            try await store.decide(reference(1), at: 1_002, rollout: [], bundlesKept: 16)
        }
        await #expect(throws: PolicyStoreError.self) {
            _ = try await store.begin(new(1), jws: [1])
        }
        try database.close()
    }

    @Test("finds the newest decided one behind any number of aborted ones")
    func newestDecided() async throws {
        let bench = try PolicyBench()
        let (store, database) = try await open(bench)
        for serial in Int64(1)...120 {
            #expect(try await store.begin(new(serial), jws: [1]))
            if serial == 2 {
                try await store.decide(reference(2), at: serial, rollout: [], bundlesKept: 2)
            } else {
                try await store.abort(reference(serial), at: serial, rollout: [])
            }
        }
        let found = try await store.publications(before: nil, state: .decided, limit: 1)
        #expect(found.map(\.serial) == [2])
        try database.close()
    }

    @Test("keeps the newest bundles, and pages through all publications")
    func pages() async throws {
        let bench = try PolicyBench()
        let (store, database) = try await open(bench)
        for serial in Int64(1)...5 {
            #expect(try await store.begin(new(serial), jws: [UInt8(serial)]))
            try await store.decide(reference(serial), at: serial, rollout: [], bundlesKept: 2)
        }
        #expect(try await store.bundle(epoch: 1, serial: 3) == nil)
        #expect(try await store.bundle(epoch: 1, serial: 4) == [4])
        let first = try await store.publications(before: nil, limit: 3)
        #expect(first.map(\.serial) == [5, 4, 3])
        let second = try await store.publications(before: (1, 3), limit: 3)
        #expect(second.map(\.serial) == [2, 1])
        try database.close()
    }

    @Test("an enrolment token opens once, for its gateway, until it expires")
    func tokens() async throws {
        let bench = try PolicyBench()
        let (store, database) = try await open(bench)
        var generator = SystemRandomNumberGenerator()
        let token = EnrolmentSecret(using: &generator)
        let forged = try #require(
            EnrolmentSecret("cge_\(token.id)_\(String(repeating: "0", count: 64))")
        )
        try await store.add(token, for: "gw-1", expiresAt: 2_000, at: 1_000)
        func record(_ id: String) -> GatewayRecord {
            GatewayRecord(gatewayID: id, certificate: "c", certificateEnds: 9, enrolledAt: 1)
        }
        #expect(try await !store.enrol(record("gw-2"), with: token, at: 1_000))
        #expect(try await !store.enrol(record("gw-1"), with: forged, at: 1_000))
        #expect(try await !store.enrol(record("gw-1"), with: token, at: 2_000))
        #expect(try await store.enrol(record("gw-1"), with: token, at: 1_999))
        #expect(try await !store.enrol(record("gw-1"), with: token, at: 1_999))
        #expect(try await store.gateways().map(\.gatewayID) == ["gw-1"])
        try await store.revoke("gw-1", at: 1_999)
        #expect(try await store.gateways().isEmpty)
        try database.close()
    }

    @Test("reads only tokens of the one form")
    func tokenForm() {
        var generator = SystemRandomNumberGenerator()
        let token = EnrolmentSecret(using: &generator)
        #expect(EnrolmentSecret(token.text) == token)
        #expect("\(token)".contains(token.id))
        #expect(!"\(token)".contains(token.text))
        for text in ["", "cge__", "cgo_\(token.text.dropFirst(4))", "\(token.text)0", "cge_x_y"] {
            #expect(EnrolmentSecret(text) == nil)
        }
    }
}
