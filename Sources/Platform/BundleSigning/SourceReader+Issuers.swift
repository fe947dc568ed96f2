// Token issuers with their public keys, written in place or in files beside the source.

import ClawgressBytes
import ClawgressJWS
import ClawgressModel
import Yams

extension SourceReader {
    /// The greatest length of a key file, in bytes.
    static var keyFileBytesMax: Int { 1 << 20 }

    /// Reads the list of issuers; each may be there once.
    func issuers(_ nodes: [Node], folder: String) -> [TokenIssuer] {
        var seen: Set<String> = []
        return nodes.compactMap { node in
            let before = problemCount
            guard let issuer = issuer(node, folder: folder) else { return nil }
            if problemCount == before { compile(issuer, at: node) }
            if !seen.insert(issuer.issuer).inserted {
                report("issuer `\(issuer.issuer)` is there twice", at: node)
            }
            return issuer
        }
    }

    private func issuer(_ node: Node, folder: String) -> TokenIssuer? {
        let names = ["issuer", "audiences", "life_seconds_max", "key_files", "keys", "claims"]
        guard let fields = fields(node, of: "an issuer", keys: names) else { return nil }
        let name = fields.requiredText("issuer")
        if fields["audiences"] == nil { fields.reportMissing("audiences") }
        var keys = fields.list("keys").compactMap { inlineKey($0) }
        for file in fields.texts("key_files") ?? [] {
            keys += keyFile(file, folder: folder)
        }
        if fields["keys"] == nil, fields["key_files"] == nil { fields.reportMissing("key_files") }
        guard let name else { return nil }
        return TokenIssuer(
            issuer: name,
            audiences: fields.texts("audiences")?.map(\.text) ?? [],
            keys: keys,
            lifeSecondsMax: Int64(fields.integer("life_seconds_max", in: 1...31_536_000) ?? 86_400),
            claims: fields["claims"].map { claims($0) } ?? ClaimNames()
        )
    }

    private func claims(_ node: Node) -> ClaimNames {
        let names = ["agent_id", "team_id", "project_id", "environment"]
        guard let fields = fields(node, of: "`claims`", keys: names) else { return ClaimNames() }
        let defaults = ClaimNames()
        return ClaimNames(
            agentID: fields.text("agent_id") ?? defaults.agentID,
            teamID: fields.text("team_id") ?? defaults.teamID,
            projectID: fields.text("project_id") ?? defaults.projectID,
            environment: fields.text("environment") ?? defaults.environment
        )
    }

    private func inlineKey(_ node: Node) -> String? {
        publicKey(Self.json(node), at: node)
    }

    /// The keys of a file with one JWK, or with a JWK set (RFC 7517 section 5).
    private func keyFile(_ file: SourceText, folder: String) -> [String] {
        let path = file.text.hasPrefix("/") ? file.text : "\(folder)/\(file.text)"
        let value: JSONValue
        do {
            let bytes = try WholeFile.read(path, bytesMax: Self.keyFileBytesMax)
            value = try StrictJSON.read(bytes.span)
        } catch let error as FileError {
            report("key file: \(error)", at: file.node)
            return []
        } catch {
            report("key file `\(file.text)` is not valid json", at: file.node)
            return []
        }
        return (value["keys"]?.elements ?? [value]).compactMap { publicKey($0, at: file.node) }
    }

    /// The key in its canonical text, or nil with a problem.
    private func publicKey(_ jwk: JSONValue, at node: Node) -> String? {
        do throws(JWSError) {
            return try VerificationKey(jwk: jwk).publicJWK.jsonText
        } catch {
            let hint =
                error == .privateKeyRefused
                ? "it holds a private key, which must never be in a bundle; give its public half"
                : "it is no public JWK for ES256, EdDSA, RS256 or PS256 (`\(error.code)`)"
            report("issuer key: \(hint)", at: node)
            return nil
        }
    }

    /// A YAML value as JSON; all scalars are text, as all members of a JWK are.
    private static func json(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            .object(mapping.map { JSONMember($0.key.scalar?.string ?? "", json($0.value)) })
        case .sequence(let sequence): .array(sequence.map { json($0) })
        case .scalar(let scalar): .string(scalar.string)
        case .alias: .null
        }
    }
}
