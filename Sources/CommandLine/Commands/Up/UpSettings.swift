// The daemons' settings, written by `clawgress up` instead of by an operator. JSON is YAML, and
// its quoting is simpler to get right.

import ClawgressJWS
import ClawgressMesh

/// Settings files of the daemons.
struct UpSettings {
    let places: UpPlaces
    let addresses: UpAddresses

    /// Where a daemon's settings are.
    func file(_ name: String) -> String { "\(places.daemon(name))/settings.yaml" }

    /// What the admin API prints at its starts until somebody had access: a one-time token, which
    /// ends the one of the line before.
    var bootstrapToken: String { "\(places.daemon(UpSetup.Name.adminAPI))/printed" }
    /// The folder of the root key, which no daemon needs while it runs and none may read.
    var rootFolder: String { "\(places.daemon(UpSetup.Name.policy))/root" }
    /// The root key, sealed.
    var rootKey: String { "\(rootFolder)/root.sealed" }
    var rootCredential: String { "\(places.daemon(UpSetup.Name.policy))/root.credential" }

    /// The policy service's.
    var policy: String {
        let authority = [
            JSONMember("folder", .string(places.authority)),
            JSONMember("credential", .string(places.authorityCredential)),
        ]
        return text(
            common(UpSetup.Name.policy) + [
                JSONMember("listen", .string(addresses.policy)),
                JSONMember("authority", .object(authority)),
            ]
        )
    }

    /// The audit service's.
    var audit: String {
        text(common(UpSetup.Name.audit) + [JSONMember("listen", .string(addresses.audit))])
    }

    /// The admin API's.
    var adminAPI: String {
        text(
            common(UpSetup.Name.adminAPI) + [
                JSONMember("listen", .string(addresses.api)),
                JSONMember("policy", .string(addresses.policy)),
                shipping,
            ]
        )
    }

    /// The gateway's.
    var gateway: String {
        let name = UpSetup.Name.gateway
        let mesh = "\(places.daemon(name))/mesh"
        return text([
            JSONMember("gateway_id", .string(UpSetup.gatewayID)),
            JSONMember("listeners", .array([.string(addresses.proxy)])),
            JSONMember("admin", .string(addresses.gateway)),
            JSONMember("state_folder", .string(places.state(name))),
            JSONMember(
                "spool",
                .object([JSONMember("folder", .string("\(places.state(name))/spool"))])
            ),
            JSONMember("ready_file", .string(places.readyFile(name))),
            shipping,
            JSONMember(
                "control_plane",
                .object([
                    JSONMember("address", .string(addresses.policy)),
                    JSONMember("mesh_folder", .string(mesh)),
                    JSONMember("credential", .string("\(places.daemon(name))/credential")),
                    JSONMember("root_key", .string("\(mesh)/\(Enrolment.rootKeyName)")),
                ])
            ),
        ])
    }

    /// How who sends records reaches the log, with the certificate that it has anyhow.
    private var shipping: JSONMember {
        JSONMember(
            "audit",
            .object([
                JSONMember("address", .string(addresses.audit)),
                JSONMember("log_key", .string(places.logKey)),
            ])
        )
    }

    private func common(_ name: String) -> [JSONMember] {
        [
            JSONMember("state_folder", .string(places.state(name))),
            JSONMember("mesh_folder", .string("\(places.daemon(name))/mesh")),
            JSONMember("credential", .string("\(places.daemon(name))/credential")),
            JSONMember("ready_file", .string(places.readyFile(name))),
        ]
    }

    private func text(_ members: [JSONMember]) -> String {
        JSONValue.object(members).jsonText + "\n"
    }
}
