// What `bundle init` writes. The same text is Examples/starter/clawgress.yaml; a test compares
// the two, so that what people read first is what they get.

/// The starter source.
enum StarterSource {
    /// The text of `clawgress.yaml`: two agents, default deny, and a policy of each kind.
    static let text = """
        # What agents may reach. Gateways obey this file once it is published:
        #
        #   clawgress bundle publish <this folder>
        #
        # Nothing is allowed unless a policy here allows it. To see what would happen to a request,
        # and why, without sending it:
        #
        #   clawgress explain crawler CONNECT pypi.org:443 --bundle <this folder>

        # Who may ask. API keys are made with `clawgress key create <agent_id>`; only their digests
        # are kept, in keys.yaml beside this file.
        agents:
          - agent_id: crawler
            team_id: research
            project_id: atlas
            environment: production

          - agent_id: builder
            team_id: platform
            project_id: forge
            environment: staging
            # status: disabled      # refuses every request of the agent

        # Names for lists of destinations, used below as `group:<name>`.
        destination_groups:
          package-registries: [pypi.org, files.pythonhosted.org, registry.npmjs.org]
          source-hosting: [github.com, "*.githubusercontent.com", codeload.github.com]

        # The rules. For each request the first one that matches decides: smaller priority first,
        # then deny before allow, then by policy_id. No match means denied.
        #
        #   example.com          that name only
        #   "*.example.com"      any depth below it, not the name itself
        #   10.0.0.0/8           IP literals in that block
        #   example.com:8443     on that port; without one 80 for http and 443 for CONNECT
        policies:
          # Who: every field that is present must match. What: an https request is a CONNECT to the
          # gateway, which shows the name and the port, but neither method nor path.
          - policy_id: allow-package-registries
            version: 1
            action: allow
            match:
              destination: ["group:package-registries"]
              method: [GET, HEAD, CONNECT]

          - policy_id: allow-source-hosting
            version: 1
            action: allow
            match:
              identity: {team_id: [platform]}
              destination: ["group:source-hosting"]

          # A deny comes before an allow of the same priority.
          - policy_id: deny-paste-sites
            version: 1
            priority: 100
            action: deny
            match:
              destination: [pastebin.com, "*.pastebin.com"]

          # An observed policy changes nothing; events say what it would have done, in
          # `would_decision`. Try a rule this way before you enforce it.
          - policy_id: try-office-hours
            version: 1
            priority: 200
            mode: observe
            action: deny
            match:
              identity: {environment: [staging]}
              time: {days: [sat, sun], from: "00:00", to: "24:00", zone: "UTC"}

          # A name that leads to a private address is refused unless the policy names the block.
          # - policy_id: allow-internal-api
          #   version: 1
          #   action: allow
          #   match: {destination: [api.internal.example:8443]}
          #   resolves_to: [10.20.0.0/16]

          # Inside a tunnel only TLS for the allowed name may flow. For something else, as ssh, a policy
          # says so and names the port.
          # - policy_id: allow-git-over-ssh
          #   version: 1
          #   action: allow
          #   match: {destination: ["github.com:22"]}
          #   tls: any

        # How much. Both limits hold at once, in any window; hard_stop answers 429, and alert_only
        # only records.
        quotas:
          - {agent_id: crawler, rps_limit: 50, rpm_limit: 1000, mode: hard_stop}

        # For agents without a quota of their own.
        default_quota: {rps_limit: 100, rpm_limit: 3000, mode: hard_stop}

        # Tokens (JWT) are believed if their issuer's public key is here:
        #
        #   clawgress token issuer-key create <this folder>/issuer
        #
        # issuers:
        #   - issuer: https://issuer.example
        #     audiences: [clawgress]
        #     life_seconds_max: 86400
        #     key_files: [issuer.pub.jwk]

        # What all gateways share besides; these are the defaults.
        # settings:
        #   audit_on_failure: continue      # or refuse: answer 503 to what cannot be recorded
        #   static_hosts: {}                # names with fixed addresses
        #   protected_addresses: []         # address blocks that no policy can open
        #   tunnel: {allowed_ports: [], tls: require, ech: allow}
        #   resolver: {servers: []}         # name servers instead of those in gateway.yaml
        #   record: {query: false, redact_paths: []}
        #   alert: {spool_backlog_percent: 50, audit_unreachable_seconds: 10}

        """
}
