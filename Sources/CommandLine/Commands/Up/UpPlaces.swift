// Where `clawgress up` keeps things: what shall last in the state folder, what must not reach a
// disk in the runtime folder. Both are known from the state folder's name alone, so that `status`
// and `down` find what `up` started.

import Foundation
import Glibc

/// The folders of one control plane on this machine.
struct UpPlaces {
    /// What lasts: databases, the log, the gateway's last good bundle, its spool.
    let state: String
    /// What goes with the machine's memory: credentials, certificates, settings, tokens.
    let runtime: String

    init(state: String?, environment: [String: String]) {
        let chosen = state ?? Self.usualState(environment)
        let absolute = URL(fileURLWithPath: chosen).standardizedFileURL.path
        self.state = absolute
        runtime =
            RuntimeFolder.path(environment: environment) + "/up-" + APIRequest.encoded(absolute)
    }

    /// `/var/lib/clawgress/up` for root, and else a folder of the user's own.
    private static func usualState(_ environment: [String: String]) -> String {
        if geteuid() == 0 { return "/var/lib/clawgress/up" }
        if let folder = environment["XDG_STATE_HOME"], !folder.isEmpty {
            return "\(folder)/clawgress"
        }
        return (environment["HOME"] ?? ".") + "/.local/state/clawgress"
    }

    /// The authority that signs the daemons' certificates; the policy service enrols with it.
    var authority: String { "\(daemon(UpSetup.Name.policy))/authority" }
    var authorityCredential: String { "\(daemon(UpSetup.Name.policy))/authority.credential" }
    /// Says that `up` made the state folder, so that it may use it and `down` may remove it.
    var mark: String { "\(state)/clawgress-up" }
    /// What the mark holds; the number changes with whatever an older `up` would take wrongly.
    static var markText: String {
        "clawgress up made this folder and keeps its state here: format 1\n"
    }
    /// Where everything listened, so that it does so again the next time.
    var addresses: String { "\(state)/addresses.json" }
    /// What `status` reads.
    var status: String { "\(runtime)/status.json" }
    /// The token with which `up` itself asks the admin API.
    var token: String { "\(runtime)/operator.token" }
    /// The password by which `up` gets that token.
    var password: String { "\(runtime)/operator.password" }
    /// The last file that `clawgress-policy init` makes.
    var publicRootKey: String { "\(state(UpSetup.Name.policy))/keys/root.jwk" }
    /// The log, in the form in which it can be copied and verified elsewhere.
    var log: String { "\(state(UpSetup.Name.audit))/log" }
    /// The key by which the log is verified: our copy, which the daemons can read and not change.
    var logKey: String { "\(state)/log-key.pub" }
    /// What the audit service makes at its `init`: the public key first, and the sealed one last.
    var auditPublicKey: String { "\(state(UpSetup.Name.audit))/log-key.pub" }
    var auditSealedKey: String { "\(state(UpSetup.Name.audit))/log-key.sealed" }
    /// What `up --detach` said.
    var detachedLog: String { "\(runtime).log" }
    /// What the daemons and `up` say.
    var logs: String { "\(state)/logs" }

    func log(_ name: String) -> String { "\(logs)/\(name).log" }

    /// The folder with a daemon's settings, credential and certificate.
    func daemon(_ name: String) -> String { "\(runtime)/\(name)" }

    /// The folder in which a daemon keeps what lasts.
    func state(_ name: String) -> String { "\(state)/\(name)" }

    func readyFile(_ name: String) -> String { "\(daemon(name))/run/ready.json" }
}
