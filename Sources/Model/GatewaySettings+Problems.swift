// Settings that contradict their grammar or each other: found when a configuration is made, and
// once more when a gateway compiles one.

/// Something wrong with a setting.
public struct SettingProblem: Sendable, Equatable, CustomStringConvertible {
    /// The words that lead to the setting, as in `gateway resolver tries`.
    public let path: [String]
    /// What is wrong, in lower case without full stop.
    public let message: String

    /// The place and what is wrong there.
    public var description: String { "`\(path.joined(separator: " "))`: \(message)" }
}

extension GatewaySettings {
    /// What is wrong with the settings of tunnels, resolution, records and alerts.
    ///
    /// Limits, fixed names and protected addresses have their own checks.
    public func problems() -> [SettingProblem] {
        tunnel.problems() + resolver.problems() + record.problems() + alert.problems()
    }
}

extension TunnelSettings {
    fileprivate func problems() -> [SettingProblem] {
        let path = ["gateway", "tunnel", "allowed-port"]
        return tooMany(allowedPorts, Self.portsMax, at: path)
            + allowedPorts.filter { PortRange($0) == nil }.map {
                SettingProblem(path: path, message: "`\($0)` is no port and no range of ports")
            }
    }
}

extension ResolverSettings {
    fileprivate func problems() -> [SettingProblem] {
        let place = ["gateway", "resolver"]
        var found = tooMany(servers, Self.serversMax, at: place + ["server"])
        found += servers.filter { NameServer($0) == nil }.map {
            SettingProblem(path: place + ["server"], message: "`\($0)` is no address of a server")
        }
        for (name, number) in Self.named {
            let path = place + [name.replacing("_", with: "-")]
            found += outside(Self.range(of: number), self[keyPath: number], at: path)
        }
        if keptSecondsMin > keptSecondsMax {
            found.append(
                SettingProblem(
                    path: place + ["ttl-min-seconds"],
                    message: "\(keptSecondsMin) is more than `ttl-max-seconds` \(keptSecondsMax)"
                )
            )
        }
        return found
    }
}

extension RecordSettings {
    fileprivate func problems() -> [SettingProblem] {
        let path = ["gateway", "record", "redact-path"]
        return tooMany(redactPaths, Self.patternsMax, at: path)
            + redactPaths.filter { PathPattern($0) == nil }.map {
                SettingProblem(path: path, message: "`\($0)` is no pattern of paths")
            }
    }
}

extension AlertSettings {
    fileprivate func problems() -> [SettingProblem] {
        let place = ["gateway", "alert"]
        return outside(
            Self.percents,
            spoolBacklogPercent,
            at: place + ["spool-backlog-percent"]
        )
            + outside(
                Self.seconds,
                auditUnreachableSeconds,
                at: place + ["audit-unreachable-seconds"]
            )
            + (bundleAgeSeconds.map {
                outside(Self.seconds, $0, at: place + ["bundle-age-seconds"])
            } ?? [])
    }
}

private func outside(_ range: ClosedRange<Int>, _ value: Int, at path: [String]) -> [SettingProblem]
{
    guard !range.contains(value) else { return [] }
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    return [SettingProblem(path: path, message: "it is \(value), but must be \(bounds)")]
}

private func tooMany(_ list: [String], _ bound: Int, at path: [String]) -> [SettingProblem] {
    guard list.count > bound else { return [] }
    return [SettingProblem(path: path, message: "there are \(list.count), at most \(bound) can be")]
}
