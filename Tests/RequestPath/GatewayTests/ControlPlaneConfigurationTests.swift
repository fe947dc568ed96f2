// The block that makes a gateway an enrolled one, and what may not stand beside it.

import ClawgressGateway
import Testing
import Yams

@Suite("Configuration of an enrolled gateway")
struct ControlPlaneConfigurationTests {
    private let block =
        "{address: \"policy.example:7443\", mesh_folder: /m, credential: /c, root_key: /r"

    private func read(_ more: String = "", beside: String = "") throws -> GatewayConfiguration {
        try YAMLDecoder().decode(
            GatewayConfiguration.self,
            from:
                "gateway_id: gw-1\nspool: {folder: /p}\ncontrol_plane: \(block)\(more)}\n\(beside)"
        )
    }

    @Test("needs four values, no trusted key, and fills in the age of an alert")
    func defaults() throws {
        let read = try read()
        #expect(read.problems() == [])
        let block = try #require(read.controlPlane)
        #expect(block.address == "policy.example:7443" && block.meshFolder == "/m")
        #expect(block.credential == "/c" && block.rootKey == "/r")
        #expect(block.maxAgeSeconds == 3_600 && block.denyAfterSeconds == nil)
        #expect(read.trustedKeys.isEmpty)
    }

    @Test("reads the ages")
    func ages() throws {
        let block = try read(", max_age_seconds: 60, deny_after_seconds: 120").controlPlane
        #expect(block?.maxAgeSeconds == 60 && block?.denyAfterSeconds == 120)
    }

    @Test(
        "excludes what makes a gateway stand alone",
        arguments: [("bundle_folder", "/b"), ("trusted_keys", "[/k]"), ("trusted_keys", "[]")]
    )
    func exclusive(key: String, value: String) throws {
        #expect(
            try read(beside: "\(key): \(value)\n").problems() == [
                "`\(key)` and `control_plane` exclude each other: an enrolled gateway takes bundles "
                    + "from its policy service only"
            ]
        )
    }

    @Test(
        "answers each mistake with its own sentence",
        arguments: [
            (", max_age_seconds: 0", "`control_plane.max_age_seconds` must be 1 to 315360000"),
            (
                ", deny_after_seconds: -1",
                "`control_plane.deny_after_seconds` must be 1 to 315360000"
            ),
            (
                ", deny_after_seconds: 9223372036854775807",
                "`control_plane.deny_after_seconds` must be 1 to 315360000"
            ),
        ]
    )
    func mistakes(more: String, sentence: String) throws {
        #expect(try read(more).problems() == [sentence])
    }

    @Test("an address has a host and a port", arguments: ["policy", "policy:", ":1", "a:70000"])
    func address(text: String) throws {
        let yaml = """
            gateway_id: gw-1
            spool: {folder: /p}
            control_plane: {address: "\(text)", mesh_folder: /m, credential: /c, root_key: /r}
            """
        let read = try YAMLDecoder().decode(GatewayConfiguration.self, from: yaml)
        #expect(
            read.problems() == ["`control_plane.address` value `\(text)` is no `host:port`"]
        )
    }

    @Test("refuses an unknown key, and asks for one that is missing")
    func keys() throws {
        #expect(throws: DecodingError.self) { try read(", max_age: 60") }
        #expect(throws: DecodingError.self) {
            try YAMLDecoder().decode(
                GatewayConfiguration.self,
                from: "{gateway_id: a, spool: {folder: /p}, control_plane: {address: \"a:1\"}}"
            )
        }
    }
}
