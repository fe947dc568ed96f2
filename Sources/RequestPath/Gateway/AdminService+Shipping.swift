// Where shipping stands, for `/status`.

import ClawgressJWS
import ClawgressShipping

extension AdminService {
    static func describe(_ view: ShippingView?) -> JSONValue {
        guard let view else { return .null }
        return .object([
            JSONMember("connected", .bool(view.isConnected)),
            JSONMember("acknowledged", .integer(Int64(clamping: view.counts.acknowledged))),
            JSONMember("refused", .integer(Int64(clamping: view.counts.refused))),
            JSONMember("log_size", .integer(Int64(view.logSize))),
            JSONMember("inconsistent", .bool(view.isInconsistent)),
            JSONMember("spool_bytes", .integer(Int64(view.spoolBytes))),
            JSONMember("problem", view.problem.map(JSONValue.string) ?? .null),
        ])
    }
}
