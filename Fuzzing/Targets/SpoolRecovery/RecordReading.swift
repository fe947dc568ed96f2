// All records of the folder, each with a text that is sound JSON of a bounded length.

import ClawgressAudit
import ClawgressBytes
import ClawgressJWS
import FuzzShared

enum RecordReading {
    static func all() -> [AuditRecord] {
        var reader = SpoolReader(folder: SpoolFiles.path)
        var records: [AuditRecord] = []
        do throws(SpoolError) {
            while let record = try reader.next() {
                checkText(record)
                if case .gap(let gap) = record {
                    require(gap.total >= gap.allow, "losses that add up to fewer")
                }
                records.append(record)
                require(records.count <= 1_000, "more records than fit into the files")
            }
            require(try reader.next() == nil, "a record comes again")
        } catch {
            require(false, "reading gives up: \(error)")
        }
        return records
    }

    static func admins(_ records: [AuditRecord]) -> [AdminRecord] {
        records.compactMap { if case .admin(let record) = $0 { record } else { nil } }
    }

    static func events(_ records: [AuditRecord]) -> [AuditEvent] {
        records.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    private static func checkText(_ record: AuditRecord) {
        var out = ByteBuffer(capacity: EventWriter.bytesMax)
        EventWriter.write(record, to: &out)
        require(!out.overflowed, "a text that is longer than its bound")
        let text = out.bytes.array()
        guard let value = try? StrictJSON.read(text.span), value.members != nil else {
            return require(false, "a text that is no JSON object: \(quoted(text))")
        }
        require(!text.contains(10), "a text of more than one line")
    }
}
