// The block that lets events leave the gateway, and what it may share with the control plane's.

import ClawgressGateway
import ClawgressShipping
import Testing
import Yams

@Suite("Configuration of shipping")
struct AuditConfigurationTests {
    private func read(_ more: String = "", isEnrolled: Bool = true) throws -> GatewayConfiguration {
        let beside =
            isEnrolled
            ? "control_plane: {address: \"p:1\", mesh_folder: /m, credential: /c, root_key: /r}"
            : "trusted_keys: [/k]"
        let block = "{address: \"audit.example:9446\", log_key: /l\(more)}"
        return try YAMLDecoder().decode(
            GatewayConfiguration.self,
            from: "gateway_id: gw-1\nspool: {folder: /p}\n\(beside)\naudit: \(block)\n"
        )
    }

    @Test("needs two values in an enrolled gateway, and fills in the rest")
    func defaults() throws {
        let read = try read()
        #expect(read.problems() == [])
        let block = try #require(read.audit)
        #expect(block.address == "audit.example:9446" && block.logKey == "/l")
        #expect(block.meshFolder == nil && block.credential == nil)
        #expect(block.batchEvents == 1_000 && block.batchMilliseconds == 200)
        #expect(block.compression == .none)
        #expect(try self.read(", compression: gzip").audit?.compression == .gzip)
        #expect(throws: DecodingError.self) { try self.read(", compression: zstd") }
    }

    @Test("is absent by default")
    func absent() throws {
        let text = "gateway_id: gw-1\ntrusted_keys: [/k]\nspool: {folder: /p}\n"
        #expect(try YAMLDecoder().decode(GatewayConfiguration.self, from: text).audit == nil)
    }

    @Test("has a mesh folder of its own in a gateway that stands alone")
    func alone() throws {
        #expect(
            try read(isEnrolled: false).problems() == [
                "`audit` needs `mesh_folder` and `credential`: there is no `control_plane` to "
                    + "share them with"
            ]
        )
        #expect(try read(", mesh_folder: /m, credential: /c", isEnrolled: false).problems() == [])
    }

    @Test(
        "answers each mistake with its own sentence",
        arguments: [
            (", batch_events: 0", "`audit.batch_events` must be 1 to 1000"),
            (", batch_events: 1001", "`audit.batch_events` must be 1 to 1000"),
            (", batch_ms: 9", "`audit.batch_ms` must be 10 to 60000"),
            (
                ", mesh_folder: /m",
                "`audit.mesh_folder` and `audit.credential` belong together"
            ),
        ]
    )
    func mistakes(more: String, sentence: String) throws {
        #expect(try read(more).problems() == [sentence])
    }

    @Test("refuses keys that it does not know")
    func unknown() {
        #expect(throws: DecodingError.self) { try read(", compress: gzip") }
    }
}
