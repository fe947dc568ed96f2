// What is taken as a record, and what the ledger remembers of it.

import ClawgressJWS
import ClawgressRecords
import Testing

@Suite("a record's line")
struct RecordLineTests {
    private func key(_ line: String) throws(RecordRefusal) -> RecordKey {
        let bytes = Array(line.utf8)
        return try RecordLine.read(bytes.span).key
    }

    @Test("tells the key of each kind of record")
    func keys() throws {
        let event = try key(line(7))
        #expect(event.stream.sender == .gateway("gw-1") && event.number == 7)
        #expect(event.stream.kind == .records && event.stream.worker == 0)
        let admin = try key(
            #"{"boot_id":"\#(boot)","record":"admin","sequence":3,"service_id":"admin-api","worker":0}"#
        )
        #expect(admin.stream.sender == .service("admin-api") && admin.number == 3)
        let gap = try key(
            #"{"boot_id":"\#(boot)","gateway_id":"gw-1","record":"gap","segment":0,"worker":1}"#
        )
        #expect(gap.stream.kind == .gaps && gap.number == 0)
        #expect(gap.stream.boot.description == boot)
    }

    @Test("that is a heartbeat tells what other workers have given")
    func signs() throws {
        let sign = try #require(try heartbeatSign("heartbeat", "[812,0,790]"))
        #expect(sign.lastSequences == [812, 0, 790] && sign.isRunning)
        #expect(try heartbeatSign("heartbeat", "[]") == nil)
        #expect(try heartbeatSign("heartbeat", "[[1]]") == nil)
        #expect(try heartbeatSign("heartbeat", "[-1]") == nil)
        #expect(try heartbeatSign("heartbeat", #"["1"]"#) == nil)
        #expect(try heartbeatSign("heartbeat", "7") == nil)
        #expect(try heartbeatSign("other", "[1]") == nil)
        func many(_ count: Int) -> String {
            "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        }
        #expect(try heartbeatSign("heartbeat", many(64))?.lastSequences.count == 64)
        #expect(try heartbeatSign("heartbeat", many(65)) == nil)
    }

    @Test("is of a kind that its sender writes, or of none that counts")
    func forms() throws {
        let gateway = RecordSender.gateway("gw-1")
        let senders: [RecordSender] = [
            gateway, .service("admin-api"), .service("audit"), .service("policy"),
        ]
        let cases: [(member: String, form: RecordForm, writers: [RecordSender])] = [
            ("", .request, [gateway]),
            (#""record":"gap","segment":1,"#, .gap, [gateway]),
            (#""record":"heartbeat","#, .heartbeat, [gateway, .service("audit")]),
            (#""record":"admin","#, .admin, [.service("admin-api")]),
            (#""record":"Admin","#, .other, []), (#""record":"request","#, .other, []),
            (#""record":null,"#, .other, []), (#""record":["admin"],"#, .other, []),
            (#""record":"\"admin","#, .other, []), (#""record":"","#, .other, []),
        ]
        for (member, form, writers) in cases {
            let text =
                #"{"boot_id":"\#(boot)","gateway_id":"gw-1",\#(member)"sequence":3,"worker":0}"#
            #expect(try RecordLine.read(Array(text.utf8).span).form == form, "\(text)")
            #expect(senders.filter { form.isWritten(by: $0) } == writers, "\(form)")
        }
    }

    @Test(
        "is refused unless it is canonical",
        arguments: [
            "", "{", "[]", "null", "{}x", " {}", #"{"a":1,}"#, #"{"b":1,"a":1}"#,
            #"{"a":1,"a":1}"#, #"{"a": 1}"#, #"{"a":01}"#, #"{"a":-0}"#, #"{"a":1.0}"#,
            #"{"a":1.50}"#, #"{"a":1e3}"#, #"{"a":9007199254740992}"#, #"{"a":.5}"#,
            #"{"a":"\u0041"}"#, #"{"a":"\u001F"}"#, #"{"a":"\u000a"}"#, #"{"a":"\/"}"#,
            "{\"a\":\"\u{1}\"}", #"{"\u0061":1}"#, #"{"a":[1,]}"#, #"{"a":tru}"#,
            #"{"a":[[[[[1]]]]]}"#, #"{"a":1.1234567}"#, "{\"\u{e9}\":1}",
        ]
    )
    func refused(_ text: String) {
        do throws(RecordRefusal) {
            _ = try key(text)
            Issue.record("taken")
        } catch {
            guard case .notCanonical = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("of invalid UTF-8 is refused")
    func invalidText() {
        var bytes = Array(line(1, padding: "x").utf8)
        bytes[bytes.firstIndex(of: UInt8(ascii: "x")) ?? 0] = 0xC3
        #expect(throws: RecordRefusal.notCanonical(offset: 0)) {
            try RecordLine.read(bytes.span).key
        }
    }

    @Test("without a member by which it is known is refused, naming it")
    func members() {
        #expect(throws: RecordRefusal.member("boot_id")) { try key("{}") }
        let cases = [
            (#"{"boot_id":"\#(boot)"}"#, "worker"),
            (#"{"boot_id":"\#(boot)","worker":0}"#, "sequence"),
            (#"{"boot_id":"\#(boot)","sequence":0,"worker":0}"#, "sequence"),
            (#"{"boot_id":"\#(boot)","sequence":1,"worker":0}"#, "gateway_id"),
            (#"{"boot_id":"\#(boot)","sequence":1,"worker":256}"#, "worker"),
            (#"{"boot_id":"\#(boot.uppercased())","worker":0}"#, "boot_id"),
            (
                #"{"boot_id":"\#(boot)","gateway_id":"a","sequence":1,"service_id":"b","worker":0}"#,
                "gateway_id"
            ),
            (#"{"boot_id":"\#(boot)","gateway_id":"A","sequence":1,"worker":0}"#, "gateway_id"),
        ]
        for (text, name) in cases {
            #expect(throws: RecordRefusal.member(name), "\(text)") { try key(text) }
        }
    }

    @Test("means the same to the strict reader, whatever byte of it was changed")
    func secondOpinion() throws {
        let original = Array(
            (#"{"a":[1,"\u001f\n\"é",-2.5,true,null,{"b":0.001}],"boot_id":"\#(boot)","#
                + #""gateway_id":"gw-1","sequence":12,"worker":3}"#).utf8
        )
        var taken = 0
        for place in original.indices {
            for byte in [0x20, 0x22, 0x2C, 0x30, 0x31, 0x39, 0x5C, 0x61, 0x7D, 0xC3] as [UInt8] {
                var changed = original
                changed[place] = byte
                guard let key = try? RecordLine.read(changed.span).key else { continue }
                taken += 1
                let value = try StrictJSON.read(changed.span)
                #expect(value["sequence"]?.integer == Int64(key.number))
                #expect(value["worker"]?.integer == Int64(key.stream.worker))
                #expect(value["boot_id"]?.text == key.stream.boot.description)
                #expect(value["gateway_id"]?.text.map(RecordSender.gateway) == key.stream.sender)
            }
        }
        #expect(taken > 100)
    }
}

@Suite("the ledger")
struct LedgerTests {
    private func key(_ number: UInt64, worker: UInt8 = 0) throws -> RecordKey {
        try RecordLine.read(Array(line(number, worker: worker).utf8).span).key
    }

    @Test("holds exactly what a set of numbers holds, whatever comes in which order")
    func againstSet() {
        var generator = SystemRandomNumberGenerator()
        var runs = NumberRuns()
        var numbers: Set<UInt64> = []
        for _ in 0..<20_000 {
            let number = UInt64.random(in: 1...60, using: &generator)
            if Bool.random(using: &generator) {
                #expect(runs.insert(number) == numbers.insert(number).inserted)
            } else {
                #expect(runs.remove(number) == (numbers.remove(number) != nil))
            }
            #expect(runs.count == UInt64(numbers.count))
            #expect(runs.missing == (numbers.max() ?? 0) - UInt64(numbers.count))
            #expect(NumberRuns(runs.runs) == runs)
        }
        #expect((1...60).allSatisfy { runs.contains($0) == numbers.contains($0) })
    }

    @Test("counts what is missing until it comes")
    func gaps() throws {
        var ledger = StreamLedger(runsMax: 10)
        for number: UInt64 in [1, 2, 5, 9] { #expect(try ledger.insert(try key(number))) }
        #expect(ledger.missing == 5 && ledger.runCount == 3)
        for number: UInt64 in [3, 4, 6, 7, 8] { #expect(try ledger.insert(try key(number))) }
        #expect(ledger.missing == 0 && ledger.runCount == 1)
        #expect(try !ledger.insert(try key(5)))
    }

    @Test("counts no further than it can, whatever numbers senders choose")
    func greatNumbers() throws {
        let greatest: UInt64 = 1 << 53 - 1
        var ledger = StreamLedger(runsMax: 10_000)
        var announced = AnnouncedNumbers()
        let numbers = Array(repeating: "\(greatest)", count: 64).joined(separator: ",")
        func boot(_ number: Int) -> String {
            String(repeating: "0", count: 28) + "\(1_000 + number)"
        }
        for number in 0..<40 {
            let text =
                #"{"boot_id":"\#(boot(number))","gateway_id":"gw-1","last_sequences":[\#(numbers)],"#
                + #""phase":"running","record":"heartbeat","sequence":1,"worker":0}"#
            let read = try RecordLine.read(Array(text.utf8).span)
            let (key, heartbeat) = (read.key, try #require(read.sign))
            #expect(announced.unnamed(heartbeat, of: key) == 64)
            announced.take(heartbeat, of: key)
            #expect(announced.unnamed(heartbeat, of: key) == 0)
        }
        #expect(announced.streamCount == 40 * 64 && announced.overdue(in: ledger) == .max)
        func sent(_ number: Int) throws -> RecordKey {
            let digits = Array(boot(number).utf8)
            var sent = try key(greatest)
            sent.stream.boot = BootKey(digits.span) ?? sent.stream.boot
            return sent
        }
        for number in 0..<3_000 { _ = try ledger.insert(try sent(number)) }
        #expect(ledger.streamCount == 3_000 && ledger.missing == .max)
        for number in 0..<2_999 {
            let isRemoved = ledger.remove(try sent(number))
            #expect(isRemoved)
        }
        #expect(ledger.missing == greatest - 1)
    }

    @Test("refuses what it cannot remember, and is as it was")
    func full() throws {
        var ledger = StreamLedger(runsMax: 2)
        _ = try ledger.insert(try key(1))
        _ = try ledger.insert(try key(1, worker: 1))
        let before = ledger
        #expect(throws: LedgerFull.self) { try ledger.insert(try key(3)) }
        #expect(throws: LedgerFull.self) { try ledger.insert(try key(1, worker: 2)) }
        #expect(ledger == before)
        #expect(try ledger.insert(try key(2)))
    }

    @Test("has a bound for each sender, which takes nothing from what there is")
    func fullOfOne() throws {
        var ledger = StreamLedger(runsMax: 4, runsOfSenderMax: 2)
        for number: UInt64 in [1, 3] { _ = try ledger.insert(try key(number)) }
        let before = ledger
        let own = try key(1).stream.sender
        #expect(throws: LedgerFull(sender: own)) { try ledger.insert(try key(5)) }
        #expect(throws: LedgerFull(sender: own)) { try ledger.insert(try key(1, worker: 1)) }
        #expect(ledger == before)
        func other(_ number: UInt64) throws -> RecordKey {
            var key = try key(number)
            key.stream.sender = .gateway("gw-2")
            return key
        }
        _ = try ledger.insert(try other(1))
        _ = try ledger.insert(try other(3))
        #expect(ledger.runsOfSenders == [own: 2, .gateway("gw-2"): 2])
        #expect(throws: LedgerFull(sender: own)) { try ledger.insert(try key(5)) }
        var stranger = try key(1)
        stranger.stream.sender = .gateway("gw-3")
        #expect(throws: LedgerFull()) { try ledger.insert(stranger) }
        // A bound that has become less holds for what is new only.
        ledger.runsOfSenderMax = 1
        #expect(try ledger.insert(try key(4)))
        #expect(try ledger.insert(try key(2)))
        #expect(ledger.runsOfSenders[own] == 1)
        let removed = try [1, 3].map { ledger.remove(try other($0)) }
        #expect(removed == [true, true] && ledger.runsOfSenders[.gateway("gw-2")] == nil)
    }

    @Test("is the same after it was kept, and is refused with any bit changed")
    func text() throws {
        var ledger = StreamLedger(runsMax: 10)
        for number: UInt64 in [1, 2, 5] { _ = try ledger.insert(try key(number)) }
        let (stream, other) = (try key(1).stream, try key(1, worker: 1).stream)
        var announced = AnnouncedNumbers()
        announced.take(
            try #require(try heartbeatSign("heartbeat", "[7,3,0]")),
            of: RecordKey(stream: stream, number: 3)
        )
        let kept = KeptStreams(ledger: ledger, announced: announced, size: 17)
        let bytes = LedgerText.write(kept)
        let read = try LedgerText.read(bytes, runsMax: 10)
        #expect(read.ledger == ledger && read.size == 17)
        #expect(read.announced.newest == [stream: 7, other: 3])
        #expect(read.announced.overdue(in: ledger) == 5)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 4
            #expect(throws: LedgerTextError.self) {
                try LedgerText.read(changed, runsMax: 10)
            }
        }
    }

    @Test("keeps nothing of what was announced and came")
    func fulfilled() throws {
        var ledger = StreamLedger(runsMax: 10)
        for number: UInt64 in [1, 2, 5] { _ = try ledger.insert(try key(number)) }
        var announced = AnnouncedNumbers()
        let stream = try key(1).stream
        announced.take(
            try #require(try heartbeatSign("heartbeat", "[5]")),
            of: RecordKey(stream: stream, number: 4)
        )
        let bytes = LedgerText.write(KeptStreams(ledger: ledger, announced: announced, size: 3))
        #expect(try LedgerText.read(bytes, runsMax: 10).announced.newest == [:])
    }
}
