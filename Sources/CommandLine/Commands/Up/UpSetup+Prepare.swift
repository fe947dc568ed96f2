// What the daemons of `clawgress up` find when they start: folders, credentials, certificates, keys.

import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing
import ClawgressTransparencyLog
import Foundation

extension UpSetup {
    func makeFolders() throws {
        let runtime = try RuntimeFolder.open(environment: context.environment)
        guard runtime.isInMemory else {
            throw CommandFailure(
                .cannotCreate,
                "`\(runtime.path)` is on a disk, where no credential may be: name a folder of a "
                    + "tmpfs in CLAWGRESS_RUNTIME"
            )
        }
        try requireUsableState()
        // Others may pass through to what is theirs, and see nothing.
        if user.userID != nil { try DaemonUser.makeFolder(runtime.path, mode: 0o711) }
        try DaemonUser.makeFolder(places.runtime, mode: 0o711)
        try FileManager.default.createDirectory(
            atPath: places.state,
            withIntermediateDirectories: true
        )
        try DaemonUser.makeFolder(places.state, mode: 0o711)
        try WholeFile.replace(places.mark, with: Array(UpPlaces.markText.utf8))
        try addresses.write(places.addresses)
        try DaemonUser.makeFolder(places.logs, mode: 0o700)
        for name in Name.all {
            // Ours, so that what we open in it later is never a link of theirs.
            try DaemonUser.makeFolder(places.daemon(name), mode: 0o711)
            try user.makeFolder("\(places.daemon(name))/run")
            try user.makeFolder(places.state(name))
            let credential = "\(places.daemon(name))/credential"
            if !exists(credential) { try user.write(Self.newPassphrase(), to: credential) }
            try user.giveAway(credential)
        }
        guard try user.canExecute(places.state, log: places.log("up")) else {
            throw CommandFailure(
                .noPermission,
                "the daemons' user cannot enter `\(places.state)`; name another --state"
            )
        }
    }

    /// A state folder is new, or one of ours whose credentials are still there.
    private func requireUsableState() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: places.state)) ?? []
        guard !names.isEmpty else { return }
        guard exists(places.mark) else {
            throw CommandFailure(
                .cannotCreate,
                "`\(places.state)` is not empty and was not made by clawgress up"
            )
        }
        guard try WholeFile.read(places.mark, bytesMax: 4_096) == Array(UpPlaces.markText.utf8)
        else {
            throw CommandFailure(
                .data,
                "`\(places.state)` is of another version of clawgress up: go on with that version, "
                    + "or remove it with `clawgress down --remove --state "
                    + "\(TerminalText.shellWord(places.state))`"
            )
        }
        guard exists(places.runtime) else {
            throw CommandFailure(
                .data,
                "the credentials for `\(places.state)` were in memory only and are gone; remove "
                    + "it with `clawgress down --remove --state "
                    + "\(TerminalText.shellWord(places.state))`"
            )
        }
    }

    static func newPassphrase() -> String {
        Base64.encode((0..<32).map { _ in UInt8.random(in: .min ... .max) }, .urlSafe) + "\n"
    }

    func openAuthority() throws -> AuthorityFolder {
        if exists("\(places.authority)/\(MeshFiles.authorities)") {
            try user.giveAway(places.authorityCredential)
            return try AuthorityFolder(
                places.authority,
                passphrase: try passphrase(places.authorityCredential)
            )
        }
        try user.write(Self.newPassphrase(), to: places.authorityCredential)
        return try AuthorityFolder.create(
            places.authority,
            passphrase: try passphrase(places.authorityCredential),
            days: Self.days + 1,
            now: context.now()
        )
    }

    /// Makes root key, signing key and key set, unless they are there.
    func initialisePolicy(_ program: String, _ settings: UpSettings) throws {
        if !exists(places.publicRootKey) {
            // Left by an `init` that was killed; nobody has seen it.
            try remove(settings.rootFolder)
            try user.makeFolder(settings.rootFolder)
            try user.write(Self.newPassphrase(), to: settings.rootCredential)
            let words = [
                "--root-key", settings.rootKey, "--root-passphrase", settings.rootCredential,
            ]
            try initialise(Name.policy, program, settings, words)
        }
        // Else a policy service that was taken over could say for ever who may sign bundles. The
        // folder first: after that nobody but us changes what is in it.
        for path in [settings.rootFolder, settings.rootKey, settings.rootCredential]
        where exists(path) {
            try user.takeBack(path)
        }
    }

    /// Makes the key of the log, unless it is there, and keeps its public half where the daemons
    /// cannot change it.
    func initialiseAudit(_ program: String, _ settings: UpSettings) throws {
        guard !exists(places.logKey) else { return }
        if !exists(places.auditSealedKey) { try initialise(Name.audit, program, settings) }
        let file = try DaemonFile.readIfPresent(places.auditPublicKey, bytesMax: 4_096)
        guard let file, let key = try? NoteKey(UpLogKey.line(file.content)) else {
            throw CommandFailure(.data, "`\(places.auditPublicKey)` holds no key of a log")
        }
        try WholeFile.replace(places.logKey, with: Array("\(key.text)\n".utf8))
    }

    /// Runs a daemon's `init`.
    private func initialise(
        _ name: String,
        _ program: String,
        _ settings: UpSettings,
        _ words: [String] = []
    ) throws {
        let child = try ChildProcess.start(
            user.command([program, "init", "--config", settings.file(name)] + words),
            environment: ["PATH": "/usr/bin:/bin"],
            log: places.log(name)
        )
        let end = child.waitForEnd()
        guard end.isSuccess else {
            throw CommandFailure(
                .unavailable,
                "clawgress-\(name) init \(end); see \(places.log(name))"
            )
        }
    }

    /// Makes a daemon's mesh folder, unless it is there.
    func equip(
        _ name: String,
        _ service: MeshService,
        _ process: String,
        _ names: CertificateNames = CertificateNames(),
        by authority: AuthorityFolder
    ) throws {
        let folder = "\(places.daemon(name))/mesh"
        if let identity = MeshIdentity(service, process),
            !exists("\(folder)/\(MeshFiles.certificate)")
        {
            try authority.equip(
                folder,
                for: identity,
                names: names,
                days: Self.days,
                passphrase: try passphrase("\(places.daemon(name))/credential"),
                now: context.now()
            )
        }
        try giveAway(folder)
    }

    func passphrase(_ credential: String) throws -> Passphrase {
        try Passphrase(credential: credential)
    }

    /// Gives a folder of ours, and what is in it, to the daemons; the folder last, so that until
    /// then nobody but us could put anything into it, and after it we do not look there again.
    func giveAway(_ folder: String) throws {
        guard try user.isForeign(folder) else { return }
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for path in names.map({ "\(folder)/\($0)" }) + [folder] { try user.giveAway(path) }
    }
}
