// Who asks for what, through whom: the part that all modes share.

/// The proxy, the targets and the identities of a run, and the bytes that follow from them.
struct Workload {
    /// The proxy, or nil to ask the origin directly.
    let proxy: Endpoint?
    /// Where connections go: the proxy's or the origin's address.
    let peer: Endpoint
    private let targets: [String]
    private let credentials: [String]
    private let path: String

    init(_ arguments: Arguments, path: String = "/") {
        proxy = arguments.endpoint("proxy")
        var targets = arguments.lines("targets")
        if let target = arguments.text("target") { targets = [target] }
        guard let peer = proxy ?? arguments.endpoint("origin") else {
            Arguments.fail("name a `--proxy` or an `--origin`")
        }
        if targets.isEmpty, proxy != nil { Arguments.fail("name a `--target` or `--targets`") }
        self.peer = peer
        self.targets = targets.isEmpty ? ["origin.test"] : targets
        credentials = arguments.lines("identities").map { line in
            let words = line.split(separator: " ")
            return words.count == 2 ? Self.basic(String(words[0]), String(words[1])) : ""
        }
        self.path = arguments.text("path") ?? path
    }

    private static func basic(_ user: String, _ password: String) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        )
        let bytes = Array("\(user):\(password)".utf8)
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if rest > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if rest > 2 { group |= UInt32(bytes[index + 2]) }
            for place in 0..<4 {
                let digit = alphabet[Int(group >> UInt32(18 - 6 * place)) & 63]
                text.append(place <= rest ? digit : UInt8(ascii: "="))
            }
            index += 3
        }
        return "Proxy-Authorization: Basic \(String(decoding: text, as: UTF8.self))\r\n"
    }

    private func credential(_ number: Int) -> String {
        credentials.isEmpty || proxy == nil ? "" : credentials[number % credentials.count]
    }

    private func target(_ number: Int) -> String { targets[number % targets.count] }

    /// A plain request of client `number`: absolute form through a proxy, else origin form.
    func plainRequest(_ number: Int) -> [UInt8] {
        let target = target(number)
        let line = proxy == nil ? path : "http://\(target)\(path)"
        return Array(
            ("GET \(line) HTTP/1.1\r\nHost: \(target)\r\n\(credential(number))"
                + "User-Agent: clawgress-load\r\nAccept: */*\r\n\r\n").utf8
        )
    }

    /// The CONNECT of client `number`; nil without a proxy.
    func connectRequest(_ number: Int) -> [UInt8]? {
        guard proxy != nil else { return nil }
        let target = target(number)
        return Array(
            "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\(credential(number))\r\n".utf8
        )
    }

    /// A request inside a tunnel, or straight to the origin, which understands it like any other.
    ///
    /// Its first byte makes it no HTTP, as the TLS of most tunnels is none: what a tunnel costs
    /// is measured, and not what the gateway does with requests that it finds in one.
    func innerRequest(_ number: Int) -> [UInt8] {
        Array(
            (">GET \(path) HTTP/1.1\r\nHost: \(target(number))\r\n"
                + "User-Agent: clawgress-load\r\nAccept: */*\r\n\r\n").utf8
        )
    }
}
