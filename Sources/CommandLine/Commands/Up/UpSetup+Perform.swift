// What `clawgress up` asks of its own control plane: an operator, a gateway, a configuration. All
// of it goes the way that an operator's commands go.

import ClawgressBytes
import ClawgressContract
import ClawgressMesh
import Foundation

extension UpSetup {
    func client(token: String? = nil) throws -> APIClient {
        let text = try token ?? self.firstLine(places.token)
        let endpoint = APIEndpoint(
            url: "https://\(addresses.api)",
            authority: try WholeFile.read(
                "\(places.authority)/\(MeshFiles.authorities)",
                bytesMax: MeshAuthorities.fileBytesMax
            ),
            token: text
        )
        return APIClient(endpoint, in: context)
    }

    private func firstLine(_ path: String) throws -> String {
        let bytes = try WholeFile.read(path, bytesMax: 4_096)
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Exchanges the one-time token of the first start for an operator token.
    func makeOperator() throws {
        let path = UpSettings(places: places, addresses: addresses).bootstrapToken
        let once = exists(path) ? try firstLine(path) : ""
        guard !once.isEmpty else {
            throw CommandFailure(
                .data,
                "the admin API has an operator already, whose token is gone; remove the state "
                    + "with `clawgress down --remove`"
            )
        }
        let wish = TokenRequest(name: "clawgress up", expiresSeconds: Self.days * 86_400)
        let request = APIRequest(.post, AdminPath.tokens, body: try APIClient.encode(wish))
        let answer = try client(token: once).value(TokenCreated.self, request).value
        try WholeFile.replace(places.token, with: Array("\(answer.token)\n".utf8), mode: 0o600)
        try FileManager.default.removeItem(atPath: path)
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
