// What was: revisions, commits, audit events; newest first, page by page.

import ClawgressContract
import ClawgressJWS
import HTTPTypes

extension AdminService {
    func revisions(_ call: AdminCall) throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let stored = try store.revisions(before: try call.numberCursor(), limit: limit + 1)
        let numbers = try store.publishedNumbers(limit: 1_000)
        let page = stored.prefix(limit)
        return try .json(
            Page(
                items: page.map { RevisionSummary($0, numbers[$0.id]) },
                nextCursor: stored.count > limit ? page.last.map { String($0.number) } : nil
            )
        ).tagged(for: call)
    }

    func revision(_ call: AdminCall) throws(Refusal) -> AdminReply {
        guard let stored = try store.revision(call.id) else {
            throw .missing("revision of that id")
        }
        return try .json(
            RevisionSummary(stored, try store.publishedNumbers(limit: 1_000)[stored.id])
        ).tagged(for: call)
    }

    func commits(_ call: AdminCall) throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let stored = try store.commits(before: try call.numberCursor(), limit: limit + 1)
        let page = stored.prefix(limit)
        return try .json(
            Page(
                items: page.map(CommitAnswer.init),
                nextCursor: stored.count > limit ? page.last.map { String($0.number) } : nil
            )
        ).tagged(for: call)
    }

    func commitRecord(_ call: AdminCall) throws(Refusal) -> AdminReply {
        guard let stored = try store.commit(call.id) else { throw .missing("commit of that id") }
        return try .json(CommitAnswer(stored)).tagged(for: call)
    }

    /// The events' texts as they are kept, in a page.
    func events(_ call: AdminCall) throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let stored = try store.events(before: try call.numberCursor(), limit: limit + 1)
        let page = stored.prefix(limit)
        var body = Array("{\"items\":[".utf8)
        for (place, event) in page.enumerated() {
            if place > 0 { body.append(UInt8(ascii: ",")) }
            body += event.text
        }
        body.append(UInt8(ascii: "]"))
        if stored.count > limit, let last = page.last {
            body += ",\"next_cursor\":\"\(last.number)\"".utf8
        }
        body.append(UInt8(ascii: "}"))
        return AdminReply(.ok, fields: [.contentType: "application/json"], body: body)
    }
}

extension RevisionSummary {
    init(_ stored: StoredRevision, _ number: Int?) {
        self.init(
            revision: stored.id,
            number: number,
            createdAt: AdminTime.text(stored.createdAt),
            actor: stored.actor,
            comment: stored.comment
        )
    }
}
