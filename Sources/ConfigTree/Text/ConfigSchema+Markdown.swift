// The reference page, made from the grammar so that it cannot say anything else.

extension ConfigSchema {
    /// The reference page (`Documentation/configuration.md`).
    public static var markdown: String {
        var page = opening
        for node in top.children { page += section(node) }
        return page + findings
    }

    private static func section(_ node: SchemaNode) -> String {
        let title = [node.keyword] + placeholders(node.shape)
        var text = "\n## \(node.keyword)\n\n`\(title.joined(separator: " "))`: \(node.help).\n\n"
        text += "| words | value | default | meaning |\n|---|---|---|---|\n"
        var rows: [Row] = []
        collect(inside(node.shape), prefix: "", into: &rows)
        for row in rows { text += row.text }
        if case .container(let container) = inside(node.shape), !container.oneOf.isEmpty {
            let words = container.oneOf.map { "`\($0)`" }.joined(separator: " or ")
            text += "\nOne of them must be there: \(words).\n"
        }
        return text
    }

    /// One line of a table.
    private struct Row {
        let words: String
        let node: SchemaNode
        let shape: ConfigShape

        var text: String {
            "| `\(words)` | \(value) | \(fallback) | \(escaped(node.help)) |\n"
        }

        private var value: String {
            switch shape {
            case .leaf(let leaf): Row.describe(leaf.type)
            case .leaves(let leaf): "set: " + Row.describe(leaf.type)
            case .container, .list: ""
            }
        }

        private var fallback: String {
            if node.isRequired { return "required" }
            guard case .leaf(let leaf) = shape, let fallback = leaf.fallback else { return "" }
            return "`\(fallback.word)`"
        }

        private static func describe(_ type: ValueType) -> String {
            guard case .choice(let choices) = type else {
                return escaped(type.allowed.joined(separator: ", "))
            }
            return choices.map { "`\($0.word)`: \(escaped($0.help))" }.joined(separator: "; ")
        }
    }

    private static func collect(_ shape: ConfigShape, prefix: String, into rows: inout [Row]) {
        guard case .container(let container) = shape else { return }
        for node in container.children {
            let words = ([prefix + node.keyword] + placeholders(node.shape)).joined(separator: " ")
            let inner = inside(node.shape)
            if case .container = inner {
                collect(inner, prefix: words + " ", into: &rows)
            } else {
                rows.append(Row(words: words, node: node, shape: inner))
            }
        }
    }

    /// What follows the names that the author chooses.
    private static func inside(_ shape: ConfigShape) -> ConfigShape {
        if case .list(let list) = shape { inside(list.entry) } else { shape }
    }

    private static func placeholders(_ shape: ConfigShape) -> [String] {
        guard case .list(let list) = shape else { return [] }
        return [list.name.type.noun.uppercased()] + placeholders(list.entry)
    }

    /// A bar would end the cell.
    private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }

    private static var opening: String {
        """
        # The configuration

        Made from the grammar in `Sources/ConfigTree/Schema`; a test holds it against this page.

        The configuration of an installation is a tree of words, which [the admin API](admin-api.md)
        keeps; gateways that stand alone have [their source folder](bundle-source.md).
        Each line of the table below is a place in the tree, and changes are lines:

        ```
        set policy allow-github action allow
        set policy allow-github match destination *.github.com
        delete policy allow-github match destination *.github.com
        rename agent crawler to spider
        copy policy allow-github to allow-gitlab
        ```

        A place takes one value; where the table says *set*, each `set` adds one and
        `delete … VALUE` removes one. `delete` without a value removes all that is at its place.
        Nothing empty remains: an entry is there as long as something is set in it.

        Where a gateway listens is not here but in its own `gateway.yaml`, and so are its certificates and
        folders: they differ by machine, and a configuration that names a wrong address would close the door
        of every gateway at once. What all share of listeners is `gateway limit connections`.

        What of the audit all gateways share is `gateway audit-on-failure`, `gateway record` and
        `gateway alert`. The keys, the retention and the sinks of the log are in the audit service's own
        file: whoever may change policies cannot make the log forget.

        What is *required* must be there as soon as anything else is set in the same entry.

        Words are printable ASCII. A word with blanks, quotes or a leading `#` stands in `'…'`, or in
        `"…"` with `\\"` and `\\\\`; what follows a `#` at the beginning of a word is a comment.

        `rename` carries what refers to the entry: an agent's quota and the policies that name it, or
        the policies that name a group. A copy of an agent has no keys.

        Values have one spelling: host names are in small letters, addresses in their shortest form,
        paths as gateways judge them. Sets have no order.

        In the JSON form keywords and names are members of objects, sets are arrays, whole numbers and
        `true` and `false` are what they are in JSON, and everything else is a string. Nothing empty
        and no null is in it. The revision of a configuration comes from the digest of that form in
        canonical spelling (RFC 8785).

        """
    }

    private static var findings: String {
        """

        ## What is said of a configuration

        Before a configuration is staged it is compiled with the gateways' own code and looked through.
        Errors keep it from being staged:

        | code | meaning |
        |---|---|
        | `identity_refused` | an agent, key or issuer that gateways refuse |
        | `limit_refused` | a limit out of its range |
        | `setting_refused` | another setting of the gateways that is out of its range, or one too many |
        | `policy_refused` | a policy or destination group that gateways refuse |

        Warnings do not:

        | code | meaning |
        |---|---|
        | `policy_shadowed` | an earlier policy decides all that this one matches |
        | `policy_never_matches` | no request of any active agent can match the policy |
        | `policy_disabled` | `enabled false`: the policy takes no part |
        | `pattern_broad` | an allow covers everything, a top-level domain, or a block larger than `/8` (`/16` of version 6) |
        | `allow_before_deny` | an allow comes before a deny of the same destination |
        | `opens_no_tunnel` | an allow with a path, or with methods but not `CONNECT`, never opens a tunnel |
        | `closes_tunnels` | a deny with a path or methods closes whole tunnels |
        | `setting_unused` | a setting has no effect beside the others of its policy |
        | `group_unused` | no policy uses the group |
        | `identity_unknown` | a policy names a value that no registered agent has |
        | `agent_without_quota` | neither a quota of its own nor a default one |
        | `agent_without_credential` | no live key, and no issuer is trusted |
        | `agent_disabled` | every request of the agent is refused |
        | `key_expiring` | a live key ends within 30 days |
        | `analysis_incomplete` | too many policies are about the same to hold each against each |
        | `findings_omitted` | of each code 100 findings are listed |

        A policy counts as shadowed only where one other policy covers it; what several cover together
        is not looked for.

        """
    }
}
