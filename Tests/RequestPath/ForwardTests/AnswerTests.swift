// The gateway's own answers, parsed back as a client would: sound HTTP, sound JSON, and a
// sentence for every reason.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Foundation
import Testing

@Suite("The gateway's own answers")
struct AnswerTests {
    private static let requestID = RequestID(milliseconds: 1_700_000_000_000, random: (1, 2))
    private static let requestIDText = "018bcfe5-6800-7001-8000-000000000002"

    private struct Answer {
        let statusLine: String
        let fields: [String: [String]]
        let body: [UInt8]

        func value(_ name: String) -> String? { fields[name.lowercased()]?.first }
    }

    private func write(_ answer: DenialAnswer, policyID: String = "deny-all") -> [UInt8] {
        var out = ByteBuffer(capacity: 2_048)
        let policy = Array(policyID.utf8)
        answer.write(policyID: policy.span, into: &out)
        let overflowed = out.overflowed
        #expect(!overflowed)
        return out.bytes.array()
    }

    private func read(_ bytes: [UInt8]) throws -> Answer {
        let scan = try HeadScanner.scanResponse(bytes.span, from: 0, limit: 2_048)
        guard case .complete(0, let end) = scan else {
            throw Reason.headIncomplete
        }
        // The gateway's own reader of answers is the judge of their soundness.
        _ = try parseResponse(Array(bytes[..<end]))
        let lines = String(decoding: bytes[..<end], as: UTF8.self).crlfLines
        var fields: [String: [String]] = [:]
        for line in lines.dropFirst().dropLast(2) {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased(), default: []].append(
                parts[1].trimmingCharacters(in: .whitespaces)
            )
        }
        return Answer(statusLine: lines[0], fields: fields, body: Array(bytes[end...]))
    }

    @Test("say the same in fields and body, for every reason", arguments: Reason.allCases)
    func everyReason(reason: Reason) throws {
        let answer = DenialAnswer(
            reason: reason,
            decision: .deny,
            requestID: Self.requestID,
            close: true
        )
        let read = try read(write(answer))
        #expect(read.statusLine.hasPrefix("HTTP/1.1 \(reason.status) "))
        #expect(read.value("Content-Length") == "\(read.body.count)")
        #expect(read.value("Content-Type") == "application/problem+json")
        #expect(read.value("Clawgress-Decision") == "deny")
        #expect(read.value("Clawgress-Reason") == reason.name.description)
        #expect(read.value("Clawgress-Policy") == "deny-all")
        #expect(read.value("Clawgress-Request-Id") == Self.requestIDText)
        #expect(read.value("Connection") == "close")
        let object = try JSONSerialization.jsonObject(with: Data(read.body))
        let json = try #require(object as? [String: Any])
        #expect(json["type"] as? String == "about:blank")
        #expect(json["status"] as? Int == reason.status)
        #expect(json["decision"] as? String == "deny")
        #expect(json["reason"] as? String == reason.name.description)
        #expect(json["policy_id"] as? String == "deny-all")
        #expect(json["request_id"] as? String == Self.requestIDText)
        let title = try #require(json["title"] as? String)
        #expect(read.statusLine == "HTTP/1.1 \(reason.status) \(title)")
        let detail = try #require(json["detail"] as? String)
        #expect(detail.count > 15 && (detail.hasSuffix(".") || detail.hasSuffix("?")))
        #expect(json.count == 8)
    }

    @Test("do not tell which part of a secret was wrong")
    func secrets() throws {
        let reasons: [Reason] = [
            .keyUnknown, .keyWrongSecret, .keyRevoked, .keyOfOtherAgent, .agentUnknown,
            .tokenSignatureInvalid, .tokenKeyUnknown, .tokenIssuerUnknown,
        ]
        let details = try reasons.map { reason in
            let answer = DenialAnswer(
                reason: reason,
                decision: .deny,
                requestID: Self.requestID,
                close: false
            )
            let object = try JSONSerialization.jsonObject(with: Data(read(write(answer)).body))
            return try #require((object as? [String: Any])?["detail"] as? String)
        }
        #expect(Set(details).count == 1)
    }

    @Test("challenge with both schemes, and only with 407")
    func challenge() throws {
        let missing = DenialAnswer(
            reason: .credentialsMissing,
            decision: .deny,
            requestID: Self.requestID,
            close: false
        )
        let answer = try read(write(missing))
        #expect(
            answer.fields["proxy-authenticate"]
                == ["Basic realm=\"clawgress\"", "Bearer realm=\"clawgress\""]
        )
        #expect(answer.value("Connection") == nil)
        let denied = DenialAnswer(
            reason: .policyDenied,
            decision: .deny,
            requestID: Self.requestID,
            close: false
        )
        #expect(try read(write(denied)).value("Proxy-Authenticate") == nil)
    }

    @Test(
        "tell the quota",
        arguments: [
            (Reason.quotaRPSExceeded, 1, "rps"), (.quotaRPMExceeded, 60, "rpm"),
        ]
    )
    func quota(reason: Reason, window: Int, name: String) throws {
        let answer = try read(
            write(
                DenialAnswer(
                    reason: reason,
                    decision: .rateLimit,
                    requestID: Self.requestID,
                    retryAfterSeconds: 7,
                    rateLimit: RateLimit(
                        limit: 50,
                        remaining: 0,
                        resetSeconds: 7,
                        windowSeconds: window
                    ),
                    close: false
                ),
                policyID: "quota"
            )
        )
        #expect(answer.statusLine == "HTTP/1.1 429 Too Many Requests")
        #expect(answer.value("Clawgress-Decision") == "rate_limit")
        #expect(answer.value("Retry-After") == "7")
        #expect(answer.value("RateLimit-Policy") == "\"\(name)\";q=50;w=\(window)")
        #expect(answer.value("RateLimit") == "\"\(name)\";r=0;t=7")
    }

    @Test("to HEAD are the same head without the body")
    func head() throws {
        var answer = DenialAnswer(
            reason: .defaultDeny,
            decision: .deny,
            requestID: Self.requestID,
            close: false
        )
        let whole = write(answer)
        answer.isHead = true
        let headOnly = write(answer)
        #expect(!headOnly.isEmpty && whole.starts(with: headOnly))
        #expect(try read(headOnly).body.isEmpty)
        #expect(
            whole.count == headOnly.count
                + (Int(try read(whole).value("Content-Length") ?? "") ?? 0)
        )
    }

    @Test("to version 1.0 say that the connection stays")
    func version10() throws {
        let kept = DenialAnswer(
            reason: .credentialsMissing,
            decision: .deny,
            requestID: Self.requestID,
            close: false,
            isVersion10: true
        )
        #expect(try read(write(kept)).value("Connection") == "keep-alive")
    }

    @Test("escape whatever a policy id might hold, and stay within 2 KiB")
    func escaping() throws {
        let answer = DenialAnswer(
            reason: .policyDenied,
            decision: .deny,
            requestID: Self.requestID,
            close: false
        )
        let bytes = write(answer, policyID: "a\"b\\c\u{7f}\u{e9}")
        let text = String(decoding: bytes, as: UTF8.self)
        let body = try #require(text.crlfLines.last)
        let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        #expect(json?["policy_id"] as? String == "a\"b\\c\u{7f}??")
    }

    @Test("open a tunnel")
    func tunnel() throws {
        var out = ByteBuffer(capacity: 256)
        TunnelAnswer.write(requestID: Self.requestID, into: &out)
        let text = out.bytes.string()
        #expect(
            text
                == "HTTP/1.1 200 Connection established\r\nClawgress-Request-Id: "
                + "\(Self.requestIDText)\r\n\r\n"
        )
    }
}
