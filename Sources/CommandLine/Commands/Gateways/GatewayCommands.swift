// The gateways of a control plane, as operators see them.

import ArgumentParser
import ClawgressContract

/// `clawgress gateway`.
struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Enrols, lists and removes a control plane's gateways.",
        discussion: """
            A new gateway is two commands, one for the operator and one on its machine:
              clawgress gateway enrol-token gw-2
              clawgress gateway enrol gw-2 --url policy.example.com:9444 --token-file token \\
                --ca-digest sha256:… --to /etc/clawgress/gateway
            """,
        subcommands: [
            GatewayListCommand.self, GatewayEnrolToken.self, GatewayEnrol.self,
            GatewayMaintenance.self, GatewayRemove.self,
        ]
    )

    static func path(_ gateway: String) -> String {
        "\(AdminPath.gateways)/\(APIRequest.encoded(gateway))"
    }
}

/// `clawgress gateway list`.
struct GatewayListCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the gateways, and what each of them enforces.",
        discussion: """
            Example:
              clawgress gateway list
            """
    )

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let pages = try client.pages(GatewayList.self, AdminPath.gateways) { $0.nextCursor }
        let gateways = pages.flatMap(\.gateways)
        guard !options.json else {
            let list = try APIClient.encode(GatewayList(gateways: gateways))
            return terminal.line(Self.trimmed(list))
        }
        var table = TextTable("GATEWAY", "STATE", "SERIAL", "REVISION", "VERSION", "PROBLEM")
        for each in gateways {
            table.add(
                each.gatewayID,
                each.state.rawValue,
                each.active.map { String($0.serial) } ?? "-",
                each.active?.revision ?? "-",
                each.productVersion ?? "-",
                each.problem ?? ""
            )
        }
        for line in table.lines { terminal.line(line) }
    }
}

/// `clawgress gateway enrol-token GATEWAY`.
struct GatewayEnrolToken: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol-token",
        abstract: "Makes a token with which one gateway can be enrolled once.",
        discussion: """
            Example:
              clawgress gateway enrol-token gw-2 --expires 1h
            """
    )

    @Argument(help: ArgumentHelp("The new gateway's id.", valueName: "gateway"))
    var gateway: String

    @Option(help: ArgumentHelp("How long it can be used.", valueName: "span"))
    var expires = LifeSpan(seconds: 3_600)

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(
            .post,
            GatewayCommand.path(gateway) + "/enrolment-token",
            body: try APIClient.encode(EnrolmentTokenBody(expiresSeconds: Int(expires.seconds)))
        )
        try ask(client, request, as: EnrolmentToken.self, on: terminal) { answer in
            terminal.line(answer.token)
            terminal.note(
                TerminalText.escaped("for gateway \(gateway) only, and once: it is not shown again")
            )
        }
    }
}

/// `clawgress gateway maintenance GATEWAY on|off`.
struct GatewayMaintenance: APICommand {
    /// Whether maintenance begins or ends.
    enum Switch: String, ExpressibleByArgument, CaseIterable {
        case on, off
    }

    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Takes a gateway out of commits, or back.",
        discussion: """
            Examples:
              clawgress gateway maintenance gw-2 on
              clawgress gateway maintenance gw-2 off

            No commit waits for a gateway in maintenance; it still takes each one if it can.
            """
    )

    @Argument(help: ArgumentHelp("The gateway's id.", valueName: "gateway"))
    var gateway: String

    @Argument(help: ArgumentHelp("on or off.", valueName: "state"))
    var state: Switch

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(
            .put,
            GatewayCommand.path(gateway) + "/maintenance",
            body: try APIClient.encode(MaintenanceRequest(maintenance: state == .on))
        )
        _ = try client.body(request)
        terminal.note(TerminalText.escaped("maintenance of \(gateway) is \(state.rawValue)"))
    }
}

/// `clawgress gateway remove GATEWAY`.
struct GatewayRemove: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Refuses a gateway's certificate from now on.",
        discussion: """
            Example:
              clawgress gateway remove gw-2

            What it enforces stays in force on it until it is stopped; it gets nothing new. A token that was made
            for it is withdrawn, also if it is not enrolled yet. Until its certificate ends, it can still add
            records to the log under its own name.
            """
    )

    @Argument(help: ArgumentHelp("The gateway's id.", valueName: "gateway"))
    var gateway: String

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        _ = try client.body(APIRequest(.delete, GatewayCommand.path(gateway)))
        terminal.note(TerminalText.escaped("removed \(gateway)"))
    }
}
