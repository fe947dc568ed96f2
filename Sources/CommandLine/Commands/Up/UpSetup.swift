// Everything between an empty folder and a control plane that enforces its first configuration.
// Each step looks whether it was finished before, by the last thing that it makes, so that `up` goes
// on wherever it was ended.

import ClawgressBytes
import ClawgressContract
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing
import Foundation

/// Sets a control plane up.
struct UpSetup {
    /// The daemons in the order in which they start.
    enum Name {
        static let policy = "policy"
        static let audit = "audit"
        static let adminAPI = "admin-api"
        static let gateway = "gateway"

        static var all: [String] { [policy, audit, adminAPI, gateway] }
    }

    /// The id of the one gateway.
    static var gatewayID: String { "gw-1" }
    /// As whom `up` sets everything up.
    static var operatorName: String { "admin" }
    /// For as long as a machine could run: everything is made anew after a restart.
    static var days: Int { 365 }

    let addresses: UpAddresses
    let places: UpPlaces
    let lines: [String]
    let context: CommandContext
    let user: DaemonUser

    init(
        places: UpPlaces,
        addresses: UpAddresses,
        lines: [String],
        context: CommandContext
    ) {
        self.places = places
        self.addresses = addresses
        self.lines = lines
        self.context = context
        user = .current()
    }

    /// Makes folders, credentials, certificates and settings.
    func prepare() throws -> UpLoop {
        try makeFolders()
        let programs = try UpPrograms.locate(
            for: user,
            copies: "\(places.runtime)/programs",
            log: places.log("up")
        )
        let authority = try openAuthority()
        try equip(Name.policy, .policy, "policy", by: authority)
        try equip(Name.audit, .audit, "audit", by: authority)
        try equipAPI(by: authority)
        let settings = UpSettings(places: places, addresses: addresses)
        try user.write(settings.policy, to: settings.file(Name.policy))
        try user.write(settings.audit, to: settings.file(Name.audit))
        try user.write(settings.adminAPI, to: settings.file(Name.adminAPI))
        try user.write(settings.gateway, to: settings.file(Name.gateway))
        try giveAway(places.authority)
        try initialisePolicy(programs.policy, settings)
        try initialiseAudit(programs.audit, settings)
        return loop(programs, settings)
    }

    private func loop(_ programs: UpPrograms, _ settings: UpSettings) -> UpLoop {
        let launches = [
            (Name.policy, programs.policy), (Name.audit, programs.audit),
            (Name.adminAPI, programs.adminAPI), (Name.gateway, programs.gateway),
        ].map { name, program in
            UpLoop.Launch(
                name: name,
                arguments: user.command([program, "--config", settings.file(name)]),
                log: places.log(name),
                output: name == Name.adminAPI ? settings.bootstrapToken : nil,
                readyFile: places.readyFile(name)
            )
        }
        return UpLoop(
            launches,
            addresses: addresses,
            statusPath: places.status,
            environment: ["PATH": "/usr/bin:/bin"],
            note: { [terminal = context.terminal] in terminal.note($0) }
        )
    }

    /// Starts the daemons, and gives them an operator, a gateway and a configuration.
    func perform(with loop: inout UpLoop) throws {
        try loop.start(Name.policy)
        // Before those that send to it, and so ended after them.
        try loop.start(Name.audit)
        try loop.start(Name.adminAPI)
        if !exists(places.token) { try makeOperator() }
        let client = try self.client()
        if !exists("\(settingsFolder)/\(MeshFiles.certificate)") { try enrol(client) }
        try giveAway(settingsFolder)
        try loop.start(Name.gateway)
        if try !hasCommits(client, with: &loop) { try importConfiguration(client, with: &loop) }
        try ContextFile(
            api: client.endpoint.url,
            authority: String(decoding: client.endpoint.authority, as: UTF8.self),
            token: client.endpoint.token ?? "",
            state: places.state
        ).write(environment: context.environment)
    }

    var settingsFolder: String { "\(places.daemon(Name.gateway))/mesh" }

    /// Operators may connect to another host than the last time, whose name must be in there.
    private func equipAPI(by authority: AuthorityFolder) throws {
        let folder = places.daemon(Name.adminAPI)
        let host = MeshAddress(addresses.api)?.host ?? "localhost"
        let before = try WholeFile.readIfPresent("\(folder)/host", bytesMax: 4_096)
        if before != Array(host.utf8) { try remove("\(folder)/mesh") }
        let names = try Self.names(of: host)
        try equip(Name.adminAPI, .adminAPI, "admin-api", names, by: authority)
        try WholeFile.replace("\(folder)/host", with: Array(host.utf8))
    }

    /// Under which names and addresses operators reach the admin API.
    private static func names(of host: String) throws -> CertificateNames {
        let isLiteral = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        return try CertificateNames(
            hosts: isLiteral || host == "localhost" ? ["localhost"] : ["localhost", host],
            addresses: isLiteral && host != "127.0.0.1" ? ["127.0.0.1", host] : ["127.0.0.1"]
        )
    }

    func remove(_ path: String) throws {
        if exists(path) { try FileManager.default.removeItem(atPath: path) }
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}
