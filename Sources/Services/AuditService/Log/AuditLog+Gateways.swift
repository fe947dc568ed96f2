// The gateways that should be heard, on the disk. A convenience of the alert: where the file is lost,
// each is known again from its next heartbeat on.

import ClawgressBytes

extension AuditPlaces {
    /// Which gateways should be heard.
    var gateways: String { "\(stateFolder)/gateways" }
}

extension AuditLog {
    /// No gateway's name is longer than 63 bytes.
    private static var fileBytesMax: Int { 8 << 20 }

    /// Those that were kept, and those that the journal has heartbeats of.
    static func gateways(
        _ places: AuditPlaces,
        _ settings: LogSettings,
        journal: [LogEntry]
    ) throws(LogOpeningError) -> GatewayWatch {
        var watch = GatewayWatch(
            silenceMax: settings.gatewaySilence,
            retired: settings.retiredGateways
        )
        do throws(FileError) {
            let bytesMax = Self.fileBytesMax
            watch.restore(try WholeFile.readIfPresent(places.gateways, bytesMax: bytesMax) ?? [])
        } catch {
            throw .file(error)
        }
        for entry in journal {
            if let sign = entry.sign { watch.take(sign, of: entry.key) }
        }
        return watch
    }

    /// Keeps them where they have changed; before a checkpoint covers their heartbeats, so that what the
    /// file may lack is, but for moments, in the journal.
    func keepGateways() async {
        guard gateways.isChanged, failure == nil else { return }
        gateways.keep()
        let (text, places, disk) = (gateways.text, places, disk)
        let result = await Self.onDisk { () throws(FileError) in
            try ReplacedFile.write(
                text,
                to: places.gateways,
                staging: "\(places.staging)/gateways",
                disk
            )
        }
        if case .failure(let error) = result {
            gateways.keep(failed: true)
            bear(error)
        }
    }
}
