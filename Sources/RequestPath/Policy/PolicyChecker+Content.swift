// The fields about what a request says and when: methods, paths, tunnels, time.

import ClawgressBytes
import ClawgressModel

extension PolicyChecker {
    mutating func checkMethods(_ methods: [String]?) {
        guard let methods else { return }
        if methods.isEmpty { report("match.method", "is empty; leave it out for any method") }
        for (index, method) in methods.enumerated() {
            let bytes = Array(method.utf8)
            let isToken = !bytes.isEmpty && bytes.allSatisfy(ASCII.isToken)
            if !isToken || bytes.count > MethodTable.lengthMax {
                report("match.method[\(index)]", "`\(method)` is no method")
            } else if bytes.contains(where: { ASCII.lowercased($0) == $0 && ASCII.isLetter($0) }) {
                let exact = method.uppercased()
                let hint = "methods are compared exactly, write `\(exact)`"
                report("match.method[\(index)]", "`\(method)` has small letters; \(hint)")
            } else if method != "CONNECT" {
                methodNames.insert(method)
            }
        }
    }

    mutating func readPaths(_ prefixes: [String]?) -> [[UInt8]]? {
        guard let prefixes else { return nil }
        if prefixes.isEmpty { report("match.path_prefix", "is empty; leave it out for any path") }
        var paths: [[UInt8]] = []
        for (index, prefix) in prefixes.enumerated() {
            if let path = PathPrefix.canonical(prefix) {
                paths.append(path)
            } else {
                let hint = "write `/folder`, without query, encoded slashes or spaces"
                report("match.path_prefix[\(index)]", "`\(prefix)` is no path; \(hint)")
            }
        }
        return paths
    }

    mutating func checkTunnels(_ policy: Policy) {
        guard policy.tunnels == .ignore else { return }
        let match = policy.match
        if policy.action == .allow {
            report("tunnels", "`ignore` is about denies; an allow has nothing to ignore")
        } else if match.method?.contains("CONNECT") == true {
            report("tunnels", "`ignore` contradicts `CONNECT` in the method list")
        } else if match.method == nil, match.pathPrefix == nil {
            report("tunnels", "`ignore` needs a method list or a path prefix to be about")
        }
    }

    mutating func readWindow(_ window: TimeWindow) -> WeeklyWindow? {
        var found: [(String, String)] = []
        let compiled = WeeklyWindow(window) { found.append(($0, $1)) }
        for (field, problem) in found { report("match.time.\(field)", problem) }
        return compiled
    }
}
