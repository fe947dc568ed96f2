// What policies take over that do not speak of their tunnels, from lines to the snapshot.

import ClawgressConfigTree
import ClawgressModel
import Testing

@Suite("Defaults of tunnels")
struct TunnelDefaultTests {
    /// `id tls ech` of each policy under these lines.
    private func policies(_ lines: String...) throws -> [String] {
        var tree = ConfigTree()
        let base = [
            "set policy silent action allow", "set policy says-require action allow",
            "set policy says-require tls require", "set policy says-require ech allow",
            "set policy denies action deny", "set policy reads action allow",
            "set policy reads match method GET",
        ]
        try tree.apply(commands: (base + lines).joined(separator: "\n"))
        return try tree.snapshot().policies.map { "\($0.policyID) \($0.tls) \($0.ech)" }
    }

    @Test("are the product's where nothing is set")
    func product() throws {
        #expect(
            try policies() == [
                "denies require allow", "reads require allow", "says-require require allow",
                "silent require allow",
            ]
        )
    }

    @Test("hold for policies that open tunnels and say nothing")
    func shared() throws {
        #expect(
            try policies("set gateway tunnel tls any", "set gateway tunnel ech refuse") == [
                "denies require allow", "reads require allow", "says-require require allow",
                "silent any allow",
            ]
        )
        #expect(
            try policies("set gateway tunnel ech refuse") == [
                "denies require allow", "reads require allow", "says-require require allow",
                "silent require refuse",
            ]
        )
    }
}
