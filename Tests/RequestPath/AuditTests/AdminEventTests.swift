// What an administrative event takes and refuses, and its one text.

import ClawgressAudit
import ClawgressModel
import Testing

@Suite("administrative events")
struct AdminEventTests {
    /// An event of which one member is the given one.
    private func event(
        actor: String? = "alice",
        credentialID: String? = nil,
        subject: String? = nil,
        reason: String? = nil,
        revision: String? = nil,
        commitID: String? = nil,
        serial: Int64? = nil,
        summary: String? = nil
    ) throws(AdminEventError) -> AdminEvent {
        try AdminEvent(
            eventID: RequestID(high: 1, low: 2),
            timestamp: 1,
            actor: AdminActor(name: actor, role: .admin, credentialID: credentialID),
            source: nil,
            action: .login,
            subject: subject,
            result: .ok,
            reason: reason,
            revision: revision,
            commitID: commitID,
            serial: serial,
            summary: summary
        )
    }

    /// The text of an event that was recorded.
    private func line(_ event: AdminEvent) async throws -> String {
        text(.admin(try await AdminSpool.open(TemporaryFolder()).append(event)))
    }

    @Test("have one word for each action, role and result, and each word has one meaning")
    func words() {
        let actions = AdminAction.allCases.map(\.name.description)
        #expect(Set(actions).count == actions.count && actions.count == 28)
        for action in AdminAction.allCases {
            #expect(AdminAction(name: action.name.description) == action)
        }
        for role in ActorRole.allCases {
            #expect(ActorRole(name: role.name.description) == role)
        }
        #expect(AdminAction(name: "Login") == nil && ActorRole(name: "") == nil)
        #expect(AdminResult.allCases.map(\.name.description) == ["ok", "refused", "failed"])
        // Stored numbers: a word that changes its number changes old records.
        #expect(AdminAction.login.rawValue == 0 && AdminAction.configure.rawValue == 9)
        #expect(AdminAction.request.rawValue == 26 && AdminAction.logExport.rawValue == 27)
        #expect(ActorRole.readOnly.rawValue == 4)
    }

    @Test("refuse names, ids and codes that are longer than their bound, and take the longest")
    func lengths() throws {
        func words(_ length: Int) -> String { String(repeating: "x", count: length) }
        _ = try event(
            actor: words(64),
            credentialID: words(128),
            reason: words(64),
            revision: words(128),
            commitID: words(64)
        )
        #expect(throws: AdminEventError.tooLong(field: "actor", bytesMax: 64)) {
            try event(actor: words(65))
        }
        #expect(throws: AdminEventError.tooLong(field: "credential_id", bytesMax: 128)) {
            try event(credentialID: words(129))
        }
        #expect(throws: AdminEventError.tooLong(field: "reason", bytesMax: 64)) {
            try event(reason: words(65))
        }
        #expect(throws: AdminEventError.tooLong(field: "revision", bytesMax: 128)) {
            try event(revision: words(129))
        }
        #expect(throws: AdminEventError.tooLong(field: "commit_id", bytesMax: 64)) {
            try event(commitID: words(65))
        }
    }

    @Test(
        "refuse names that are not of visible ASCII characters",
        arguments: ["", " ", "a b", "a\n", "é", "a\"b", "a\\b", "\u{7F}", "\u{0}", "a\u{202E}"]
    )
    func characters(word: String) {
        #expect(throws: AdminEventError.malformed(field: "actor")) { try event(actor: word) }
        #expect(throws: AdminEventError.malformed(field: "reason")) { try event(reason: word) }
    }

    @Test("refuse a serial that JSON cannot tell exactly")
    func serials() throws {
        let greatest: Int64 = 9_007_199_254_740_991
        #expect(try event(serial: greatest).serial == greatest)
        #expect(try event(serial: 0).serial == 0)
        for serial in [greatest + 1, -1, .min, .max] {
            #expect(throws: AdminEventError.outOfRange(field: "serial")) {
                try event(serial: serial)
            }
        }
        let error = AdminEventError.outOfRange(field: "serial")
        #expect(error.description == "`serial` is negative or too great")
    }

    @Test("cut subject and summary where their JSON would be too long, and say so")
    func cuts() throws {
        let whole = try event(
            subject: String(repeating: "s", count: 512),
            summary: String(repeating: "d", count: 8_192)
        )
        #expect(whole.truncated.isEmpty)
        #expect(whole.subject?.utf8.count == 512 && whole.summary?.utf8.count == 8_192)
        let longer = try event(
            subject: String(repeating: "s", count: 513),
            summary: String(repeating: "d", count: 8_193)
        )
        #expect(longer.truncated == ["subject", "summary"])
        #expect(longer.subject == whole.subject && longer.summary == whole.summary)
        // A control character takes six bytes, a line feed two, an emoji four that stay together.
        #expect(try event(subject: String(repeating: "\u{1}", count: 86)).subject?.utf8.count == 85)
        #expect(try event(subject: String(repeating: "\n", count: 257)).subject?.utf8.count == 256)
        let emoji = try event(subject: "abc" + String(repeating: "😀", count: 128))
        #expect(emoji.subject?.utf8.count == 3 + 127 * 4 && emoji.truncated == ["subject"])
        // An empty text is none.
        #expect(try event(subject: "", summary: "").subject == nil)
    }

    @Test("are canonical JSON with every member in its order")
    func canonical() async throws {
        let event = try AdminEvent.sample(
            0xAB,
            summary: "+ agent \"x\"\n- quota \u{1B}[2J\u{202E}😀"
        )
        #expect(
            try await line(event)
                == #"{"action":"commit","actor":"alice","#
                + #""boot_id":"00000000000000ad0000000000000001","commit_id":"c0ffee","#
                + #""credential_id":"s7x2m4q9","#
                + #""event_id":"01920000-0000-7000-0000-0000000000ab","event_version":1,"#
                + #""reason":null,"record":"admin","result":"ok","revision":"sha256:00ff","#
                + #""role":"operator","sequence":1,"serial":12,"service_id":"admin-api","#
                + #""source_address":"127.0.0.1","subject":"sha256:00ff","#
                + #""summary":"+ agent \"x\"\n- quota \u001b[2J"# + "\u{202E}😀\","
                + #""timestamp":"2026-11-23T21:00:00.000171Z","truncated":[],"worker":0}"#
        )
    }

    @Test("say null for what is not known")
    func nothing() async throws {
        let event = try AdminEvent(
            eventID: RequestID(high: 1, low: 2),
            timestamp: 0,
            actor: .nobody,
            source: nil,
            action: .login,
            subject: nil,
            result: .refused,
            reason: "login_refused"
        )
        let line = try await line(event)
        for field in [
            "actor", "commit_id", "credential_id", "revision", "role", "serial", "source_address",
            "subject", "summary",
        ] {
            #expect(line.contains("\"\(field)\":null"), "\(field)")
        }
        #expect(line.contains(#""reason":"login_refused""#))
    }

    @Test("have a text of at most 16 KiB, whatever they say")
    func longest() async throws {
        let event = try AdminEvent(
            eventID: RequestID(high: .max, low: .max),
            timestamp: .max,
            actor: AdminActor(
                name: String(repeating: "a", count: 64),
                role: .readOnly,
                credentialID: String(repeating: "b", count: 128)
            ),
            source: IPAddress(high: .max, low: .max),
            action: .gatewayEnrolmentToken,
            subject: String(repeating: "\u{1}", count: 9_000),
            result: .refused,
            reason: String(repeating: "c", count: 64),
            revision: String(repeating: "d", count: 128),
            commitID: String(repeating: "e", count: 64),
            serial: 9_007_199_254_740_991,
            summary: String(repeating: "\u{10FFFF}", count: 9_000)
        )
        let line = try await line(event)
        #expect(line.utf8.count < EventWriter.bytesMax)
        #expect(line.contains(#""truncated":["subject","summary"]"#))
    }
}
