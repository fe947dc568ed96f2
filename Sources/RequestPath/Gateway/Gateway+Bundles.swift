// Where bundles come from: a folder, or the policy service. In both cases the first request must find
// the newest policy that can be had, and not the one that it replaced.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressBytes
import ClawgressDaemon
import ClawgressJWS
import ClawgressMesh
import ClawgressModel
import ClawgressReactor
import ClawgressSealing
import Logging

extension Gateway {
    /// Starts the thread that looks for bundles, and waits until it has found what to serve.
    ///
    /// - Parameter makeKeeper: called on that thread.
    static func startBundles(
        _ configuration: GatewayConfiguration,
        _ state: GatewayState,
        _ makeKeeper: @escaping @Sendable () -> SnapshotKeeper
    ) async throws(StartRefusal) {
        let body: @Sendable (@escaping @Sendable () -> Void) -> Void
        if let controlPlane = configuration.controlPlane {
            body = try enrolled(configuration, controlPlane, state, makeKeeper)
        } else {
            let keys = try configuration.trustedKeys.map { path throws(StartRefusal) in
                try readKey(path, "trusted key")
            }
            let folder = configuration.bundleFolder
            body = { onLooked in
                let bundles = FolderBundles(makeKeeper(), folder: folder, trustedKeys: keys)
                bundles.begin()
                onLooked()
                guard let pause = Mailbox<Void>(bound: 1) else { return }
                while true {
                    _ = pause.wait(milliseconds: 200)
                    bundles.poll()
                }
            }
        }
        let started = await withCheckedContinuation { continuation in
            let runs = LoopThread.start(name: "bundles") {
                body { continuation.resume(returning: true) }
            }
            if !runs { continuation.resume(returning: false) }
        }
        guard started else { throw StartRefusal("no thread left for the bundle keeper") }
    }

    /// What the thread of an enrolled gateway runs; everything that can be wrong with its
    /// enrolment is found here.
    private static func enrolled(
        _ configuration: GatewayConfiguration,
        _ controlPlane: ControlPlaneConfiguration,
        _ state: GatewayState,
        _ makeKeeper: @escaping @Sendable () -> SnapshotKeeper
    ) throws(StartRefusal) -> @Sendable (@escaping @Sendable () -> Void) -> Void {
        let rootKey = try readKey(controlPlane.rootKey, "root key")
        guard rootKey.algorithm == .edDSA else {
            throw StartRefusal("root key `\(controlPlane.rootKey)`: it is no Ed25519 key")
        }
        let failpoints = try Failpoints(
            allowed: configuration.allowFailpoints,
            steps: EnrolledBundles.steps
        )
        let client = try connect(controlPlane, gatewayID: configuration.gatewayID)
        guard let inbox = Mailbox<StreamEvent>(bound: 1_024) else {
            throw StartRefusal("no descriptor left for the policy service")
        }
        let link = PolicyLink(client: client, inbox: inbox)
        let ages = StreamAges(
            alert: controlPlane.maxAgeSeconds,
            deny: controlPlane.denyAfterSeconds
        )
        var generator = SystemRandomNumberGenerator()
        let bootID = Hexadecimal.encode(
            (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        )
        return { onSettled in
            let bundles = EnrolledBundles(
                makeKeeper(),
                rootKey: rootKey,
                failpoints: failpoints
            )
            let loop = StreamLoop(
                bundles,
                link: link,
                inbox: inbox,
                state: state,
                ages: ages,
                bootID: bootID,
                productVersion: Product.version
            )
            loop.run(onSettled: onSettled)
        }
    }

    private static func connect(
        _ controlPlane: ControlPlaneConfiguration,
        gatewayID: String
    ) throws(StartRefusal) -> MeshClient {
        guard let address = MeshAddress(controlPlane.address),
            let service = MeshIdentity(.policy, "policy")
        else {
            throw StartRefusal(
                "`control_plane.address` value `\(controlPlane.address)` is no `host:port`"
            )
        }
        let folder = try openMesh(
            controlPlane.meshFolder,
            controlPlane.credential,
            gatewayID: gatewayID
        )
        var limits = MeshClient.Limits()
        limits.bodyBytesMax = SignedBundle.bytesMax
        return MeshClient(.folder(folder), service: service, address: address, limits: limits)
    }

    /// Opens the folder with what proves to others which gateway this is.
    static func openMesh(
        _ path: String,
        _ credential: String,
        gatewayID: String
    ) throws(StartRefusal) -> MeshFolder {
        let folder: MeshFolder
        do {
            let passphrase = try Passphrase(credential: credential)
            folder = try MeshFolder(path: path, passphrase: passphrase)
        } catch {
            throw StartRefusal("the enrolment cannot be used: \(error)")
        }
        guard folder.identity == MeshIdentity(.gateway, gatewayID) else {
            throw StartRefusal(
                "the certificate in `\(path)` is `\(folder.identity)`, "
                    + "and `gateway_id` is `\(gatewayID)`"
            )
        }
        return folder
    }

    private static func readKey(
        _ path: String,
        _ name: String
    ) throws(StartRefusal) -> VerificationKey {
        do {
            let bytes = try WholeFile.read(path, bytesMax: 65_536)
            return try VerificationKey(jwkText: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw StartRefusal("\(name) `\(path)`: \(error)")
        }
    }
}
