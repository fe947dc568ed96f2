// What `clawgress up` asks of its own control plane: an operator, a gateway, a configuration. All
// of it goes the way that an operator's commands go.

import ClawgressBytes
import ClawgressContract
import ClawgressMesh
import Foundation

extension UpSetup {
    /// The API for whoever has the token of an earlier step.
    func client() throws -> APIClient {
        try client(token: try firstLine(places.token))
    }

    private func client(token: String?) throws -> APIClient {
        let endpoint = APIEndpoint(
            url: "https://\(addresses.api)",
            authority: try WholeFile.read(
                "\(places.authority)/\(MeshFiles.authorities)",
                bytesMax: MeshAuthorities.fileBytesMax
            ),
            token: token
        )
        return APIClient(endpoint, in: context)
    }

    private func firstLine(_ path: String) throws -> String {
        let bytes = try WholeFile.read(path, bytesMax: 4_096)
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Lets us in by the one-time token of the first start, and makes an operator token.
    ///
    /// The answer with a token can be lost, and the one-time token is spent then. So it is spent on
    /// a password that is kept before it is set: each step can be taken again.
    func makeOperator() throws {
        let printed = UpSettings(places: places, addresses: addresses).bootstrapToken
        if !exists(places.password) {
            let text = Self.newPassphrase()
            try WholeFile.replace(places.password, with: Array(text.utf8), mode: 0o600)
        }
        let password = try firstLine(places.password)
        if let once = try WholeFile.readIfPresent(printed, bytesMax: 65_536)?
            .split(separator: UInt8(ascii: "\n")).last
        {
            try setPassword(password, by: String(decoding: once, as: UTF8.self))
        }
        let session = try client(token: try logIn(password))
        let wish = TokenRequest(name: "clawgress up", expiresSeconds: Self.days * 86_400)
        let request = APIRequest(.post, AdminPath.tokens, body: try APIClient.encode(wish))
        let answer = try session.value(TokenCreated.self, request).value
        try WholeFile.replace(places.token, with: Array("\(answer.token)\n".utf8), mode: 0o600)
        _ = try session.body(APIRequest(.post, AdminPath.logout))
        try remove(printed)
        try remove(places.password)
    }

    private func setPassword(_ password: String, by once: String) throws {
        let path = "\(AdminPath.users)/\(Self.operatorName)/password"
        let body = try APIClient.encode(PasswordRequest(password: password))
        do {
            _ = try client(token: once).body(APIRequest(.put, path, body: body))
        } catch let failure as CommandFailure where failure.code == .noPermission {
            // Spent before; whether on this password, the login will tell.
            return
        }
    }

    private func logIn(_ password: String) throws -> String {
        let wish = LoginRequest(user: Self.operatorName, password: password)
        let request = APIRequest(.post, AdminPath.login, body: try APIClient.encode(wish))
        do {
            return try client(token: nil).value(LoginAnswer.self, request).value.token
        } catch let failure as CommandFailure where failure.code == .noPermission {
            throw CommandFailure(
                .data,
                "the admin API has an operator already, whose token is gone; remove the state "
                    + "with `clawgress down --remove`"
            )
        }
    }

    /// Enrols the gateway as any other is.
    func enrol(_ client: APIClient) throws {
        let request = APIRequest(
            .post,
            GatewayCommand.path(Self.gatewayID) + "/enrolment-token",
            body: try APIClient.encode(EnrolmentTokenBody(expiresSeconds: 600))
        )
        let authorities = try MeshAuthorities(
            path: "\(places.authority)/\(MeshFiles.authorities)"
        )
        let enrolment = try Enrolment(
            gateway: Self.gatewayID,
            address: addresses.policy,
            token: try client.value(EnrolmentToken.self, request).value.token,
            authorityDigest: authorities.digests[0],
            folder: settingsFolder
        )
        try enrolment.perform(
            try passphrase("\(places.daemon(Name.gateway))/credential"),
            calling: context.callAPI
        )
    }

    /// Puts the first configuration into force.
    func importConfiguration(_ client: APIClient, with loop: inout UpLoop) throws {
        let list = APIRequest(.get, AdminPath.gateways)
        try loop.wait("the gateway is connected") { _ in
            let gateways = try? client.value(GatewayList.self, list).value.gateways
            return gateways?.contains { $0.streaming } == true
        }
        let text = lines.joined(separator: "\n") + "\n"
        _ = try client.body(try CandidateLoad.request(Array(text.utf8), mode: .load))
        let comment = "the first configuration"
        let configure = try APIClient.encode(ConfigureRequest(comment: comment))
        _ = try client.body(APIRequest(.post, AdminPath.configure, body: configure))
        let commit = try APIClient.encode(CommitRequest(comment: comment))
        _ = try client.body(APIRequest(.post, AdminPath.commit, body: commit))
    }

    /// Whether anything was ever in force; waits for what an ended `up` had begun.
    func hasCommits(_ client: APIClient, with loop: inout UpLoop) throws -> Bool {
        let request = APIRequest(.get, AdminPath.commits)
        var commits: [CommitAnswer] = []
        try loop.wait("the outcome of the last commit is known") { _ in
            guard let page = try? client.value(Page<CommitAnswer>.self, request) else {
                return false
            }
            commits = page.value.items
            return !commits.contains { $0.state == .pending }
        }
        return commits.contains { $0.state != .aborted }
    }
}
