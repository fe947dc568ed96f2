// Certificates as another implementation reads them: OpenSSL verifies what the authority signs.

import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing
import Foundation
import Testing

@Suite("The certificate authority")
struct CertificateAuthorityTests {
    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }
    private static let gateway = MeshIdentity(.gateway, "gw-1")!

    private let folder: String
    private let authority: CertificateAuthority

    init() throws {
        folder = NSTemporaryDirectory() + "clawgress-signing-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        authority = try CertificateAuthority.create(days: 100, now: Self.now)
        try write("ca.pem", authority.certificatePEM)
    }

    private func write(_ name: String, _ text: String) throws {
        try WholeFile.replace("\(folder)/\(name)", with: Array(text.utf8))
    }

    /// Issues to the gateway, and leaves the certificate in `leaf.pem`.
    private func issue(
        names: CertificateNames = CertificateNames(),
        days: Int = 30,
        now: Int64 = CertificateAuthorityTests.now
    ) throws {
        let request = try MeshKey().request(for: Self.gateway)
        try write(
            "leaf.pem",
            authority.issue(request, to: Self.gateway, names: names, days: days, now: now)
        )
    }

    private func openSSL(_ arguments: String...) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    @Test(
        "signs what OpenSSL accepts for both sides of TLS",
        arguments: ["sslclient", "sslserver"]
    )
    func verifies(purpose: String) throws {
        try issue()
        let answer = try openSSL(
            "verify",
            "-x509_strict",
            "-purpose",
            purpose,
            "-CAfile",
            "ca.pem",
            "leaf.pem"
        )
        #expect(answer.status == 0, "\(answer.text)")
    }

    @Test("signs certificates that can sign nothing, and are of no other use")
    func uses() throws {
        try issue()
        let signing = try openSSL(
            "verify",
            "-purpose",
            "crlsign",
            "-CAfile",
            "ca.pem",
            "leaf.pem"
        )
        #expect(signing.status != 0)
        let text = try openSSL("x509", "-in", "leaf.pem", "-noout", "-text").text
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("Key Usage: critical\n                Digital Signature\n"))
        #expect(text.contains("TLS Web Client Authentication, TLS Web Server Authentication"))
        #expect(
            text.contains(
                "URI:clawgress://gateway/gw-1, DNS:gw-1.gateway.clawgress.internal\n"
            )
        )
        let own = try openSSL("x509", "-in", "ca.pem", "-noout", "-text").text
        #expect(own.contains("CA:TRUE, pathlen:0"))
        #expect(own.contains("Key Usage: critical\n                Certificate Sign, CRL Sign\n"))
    }

    @Test("carries further names and addresses")
    func names() throws {
        try issue(
            names: CertificateNames(
                hosts: ["localhost", "gw.example.com"],
                addresses: ["127.0.0.1", "2001:db8::1"]
            )
        )
        for check in [
            ["-verify_hostname", "localhost"], ["-verify_hostname", "gw.example.com"],
            ["-verify_ip", "127.0.0.1"], ["-verify_ip", "2001:db8::1"],
        ] {
            let answer = try openSSL("verify", check[0], check[1], "-CAfile", "ca.pem", "leaf.pem")
            #expect(answer.status == 0, "\(check): \(answer.text)")
        }
        let other = try openSSL(
            "verify",
            "-verify_ip",
            "127.0.0.2",
            "-CAfile",
            "ca.pem",
            "leaf.pem"
        )
        #expect(other.status != 0)
    }

    @Test("numbers its certificates with 128 random bits")
    func serialNumbers() throws {
        var numbers: Set<String> = []
        for _ in 0..<8 {
            try issue()
            numbers.insert(try openSSL("x509", "-in", "leaf.pem", "-noout", "-serial").text)
        }
        #expect(numbers.count == 8)
        for number in numbers {
            // A one and sixteen bytes.
            #expect(number.hasPrefix("serial=01") && number.count == "serial=".count + 35)
        }
    }

    @Test("limits the life of its certificates", arguments: [0, -1, 3_651])
    func lives(days: Int) throws {
        #expect(throws: MeshSigningError.lifeRefused(days: days)) { try issue(days: days) }
    }

    @Test("signs nothing that outlives it")
    func outlives() throws {
        try issue(days: 99)
        #expect(throws: MeshSigningError.outlivesAuthority) { try issue(days: 101) }
    }

    @Test("signs for nobody but the one who is named in the request")
    func identity() throws {
        let request = try MeshKey().request(for: Self.gateway)
        let other = try #require(MeshIdentity(.policy, "policy"))
        #expect(throws: MeshSigningError.identityMismatch(other)) {
            try authority.issue(request, to: other, days: 1, now: Self.now)
        }
    }

    @Test("refuses requests that were changed, and what is none")
    func malformed() throws {
        let request = try MeshKey().request(for: Self.gateway)
        let lines = request.split(separator: "\n").map { String($0) }
        let der = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        // The last byte of the signature, and one of the key.
        let changed = [der.count - 1, 60].map { place -> String in
            var other = der
            other[place] ^= 1
            return [lines[0], other.base64EncodedString(), lines[lines.count - 1]]
                .joined(separator: "\n")
        }
        for text in changed + ["", "x", authority.certificatePEM] {
            #expect(throws: MeshSigningError.requestMalformed) {
                try authority.issue(text, to: Self.gateway, days: 1, now: Self.now)
            }
        }
    }

    @Test("refuses keys that are not of P-256")
    func keyKind() throws {
        for (name, key) in [("rsa", "rsa:2048"), ("p384", "ec:p384.txt")] {
            if name == "p384" {
                _ = try openSSL("ecparam", "-name", "secp384r1", "-out", "p384.txt")
            }
            let made = try openSSL(
                "req",
                "-new",
                "-newkey",
                key,
                "-nodes",
                "-keyout",
                "key.txt",
                "-subj",
                "/CN=gw-1",
                "-addext",
                "subjectAltName=URI:clawgress://gateway/gw-1",
                "-out",
                "\(name).csr"
            )
            try #require(made.status == 0, "\(made.text)")
            let request = try WholeFile.read("\(folder)/\(name).csr", bytesMax: 65_536)
            #expect(throws: MeshSigningError.keyKind) {
                try authority.issue(
                    String(decoding: request, as: UTF8.self),
                    to: Self.gateway,
                    days: 1,
                    now: Self.now
                )
            }
        }
    }

    @Test("signs a request of OpenSSL's, and nothing of it but the key and the identity")
    func foreignRequest() throws {
        let made = try openSSL(
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "key.txt",
            "-subj",
            "/CN=something else",
            "-addext",
            "subjectAltName=URI:clawgress://gateway/gw-1",
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-out",
            "foreign.csr"
        )
        try #require(made.status == 0, "\(made.text)")
        let request = try WholeFile.read("\(folder)/foreign.csr", bytesMax: 65_536)
        try write(
            "leaf.pem",
            authority.issue(
                String(decoding: request, as: UTF8.self),
                to: Self.gateway,
                days: 1,
                now: Self.now
            )
        )
        let text = try openSSL("x509", "-in", "leaf.pem", "-noout", "-text").text
        #expect(text.contains("CA:FALSE"))
        #expect(text.replacing(" = ", with: "=").contains("Subject: OU=gateway, CN=gw-1"))
    }

    @Test(
        "refuses names that are none, and those of the services",
        arguments: [
            "", "*", "*.example.com", "a_b", "A", "-a", "a-", "a..b", ".a", "a.",
            "policy.clawgress.internal", "x.gateway.clawgress.internal", "a b", "é",
        ]
    )
    func refusedNames(name: String) {
        #expect(throws: MeshSigningError.nameRefused(name)) {
            try CertificateNames(hosts: [name], addresses: [])
        }
    }

    @Test("refuses addresses that are none", arguments: ["", "127.1", "::g", "[::1]", "1.2.3.4/8"])
    func refusedAddresses(text: String) {
        #expect(throws: MeshSigningError.nameRefused(text)) {
            try CertificateNames(hosts: [], addresses: [text])
        }
    }
}
