// Identities and addresses as text: exactly one way to write each.

import ClawgressMesh
import Testing

@Suite("Names of the mesh")
struct MeshNamesTests {
    @Test(
        "an identity is one URI and one name",
        arguments: [
            ("gateway/gw-1", "clawgress://gateway/gw-1", "gw-1.gateway.clawgress.internal"),
            ("policy/policy", "clawgress://policy/policy", "policy.clawgress.internal"),
            ("admin-api/b", "clawgress://admin-api/b", "admin-api.clawgress.internal"),
        ]
    )
    func identities(text: String, uri: String, dnsName: String) throws {
        let identity = try #require(MeshIdentity(text))
        #expect(identity.uri == uri)
        #expect(identity.dnsName == dnsName)
        #expect(identity.description == text)
        #expect(MeshIdentity(uri: uri) == identity)
    }

    @Test(
        "refuses URIs that are not exactly one",
        arguments: [
            "", "clawgress://", "clawgress://gateway", "clawgress://gateway/",
            "clawgress://gateway/GW", "clawgress://gateway/gw-1/", "clawgress://gateway/gw-1?a",
            "clawgress://gateway//gw-1", "clawgress://other/gw-1", "clawgress:gateway/gw-1",
            "CLAWGRESS://gateway/gw-1", "https://gateway/gw-1", "clawgress://gateway/gw%2d1",
            " clawgress://gateway/gw-1", "clawgress://gateway/gw-1\u{0}",
        ]
    )
    func foreignURIs(uri: String) {
        #expect(MeshIdentity(uri: uri) == nil)
    }

    static let addresses: [(String, String, UInt16)] = [
        ("127.0.0.1:8443", "127.0.0.1", 8_443), ("[::1]:0", "::1", 0),
        ("policy.example.com:65535", "policy.example.com", 65_535),
    ]

    @Test("reads addresses", arguments: addresses)
    func readsAddresses(text: String, host: String, port: UInt16) throws {
        let address = try #require(MeshAddress(text))
        #expect(address == MeshAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", ":1", "a", "a:", "a:65536", "a:-1", "::1:80", "[::1]", "[a]:1", "a/b:1", "a@b:1",
            "a b:1", "a?:1", "[::1:80", "a:1:2",
        ]
    )
    func noAddresses(text: String) {
        #expect(MeshAddress(text) == nil)
    }
}
