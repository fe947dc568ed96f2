// The settings in the standard coder's form: groups that came later than the first bundles are
// written only where something is set in them, as in the canonical text.

extension GatewaySettings {
    /// Reads settings; a group that is not there has the product's defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            staticHosts: try values.decode([String: [String]].self, forKey: .staticHosts),
            limits: try values.decode(Limits.self, forKey: .limits),
            auditOnFailure: try values.decode(AuditFailure.self, forKey: .auditOnFailure),
            protectedAddresses: try values.decode([String].self, forKey: .protectedAddresses),
            tunnel: try values.decodeIfPresent(TunnelSettings.self, forKey: .tunnel)
                ?? TunnelSettings(),
            resolver: try values.decodeIfPresent(ResolverSettings.self, forKey: .resolver)
                ?? ResolverSettings(),
            record: try values.decodeIfPresent(RecordSettings.self, forKey: .record)
                ?? RecordSettings(),
            alert: try values.decodeIfPresent(AlertSettings.self, forKey: .alert)
                ?? AlertSettings()
        )
    }

    /// Writes settings.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(staticHosts, forKey: .staticHosts)
        try values.encode(limits, forKey: .limits)
        try values.encode(auditOnFailure, forKey: .auditOnFailure)
        try values.encode(protectedAddresses, forKey: .protectedAddresses)
        if tunnel != TunnelSettings() { try values.encode(tunnel, forKey: .tunnel) }
        if resolver != ResolverSettings() { try values.encode(resolver, forKey: .resolver) }
        if record != RecordSettings() { try values.encode(record, forKey: .record) }
        if alert != AlertSettings() { try values.encode(alert, forKey: .alert) }
    }
}
