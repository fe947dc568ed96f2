// Measures the stages of the request path without sockets: what a request costs in our own
// code. Prints one line a figure, and the ratio that the specification of the index bounds.

@main
struct ClawgressStages {
    static func main() {
        let policy = measurePolicy()
        let figures = policy + measureForward() + measureQuota() + measureAudit()
        for figure in figures {
            print(figure.name.padding(to: 44), rounded(figure.nanoseconds), "ns")
        }
        guard let few = policy.first(where: { $0.name.hasSuffix(" 10 policies") }),
            let many = policy.first(where: { $0.name.hasSuffix(" 10000 policies") })
        else { return }
        let ratio = many.nanoseconds / few.nanoseconds
        let verdict = ratio <= 1.5 ? "PASS" : "FAIL"
        print(
            "decide, 10000 against 10 policies:".padding(to: 44),
            rounded(ratio),
            "x (at most 1.5)",
            verdict
        )
    }

    private static func rounded(_ value: Double) -> String {
        let tenths = Int((value * 100).rounded())
        return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100)"
    }
}

extension String {
    /// The text followed by as many spaces as make it `width` long.
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
