// The admin API's paths, once, for the server and its clients.

/// Paths of the admin API.
///
/// What stands in braces in the OpenAPI document is an argument here.
public enum AdminPath {
    /// The path of `login`.
    public static let login = "/v1/login"
    /// The path of `logout`.
    public static let logout = "/v1/logout"
    /// The path of `whoami`.
    public static let whoami = "/v1/whoami"
    /// The path of `tokens`.
    public static let tokens = "/v1/tokens"
    /// The path of `users`.
    public static let users = "/v1/users"
    /// The path of `candidate`.
    public static let candidate = "/v1/candidate"
    /// The path of `edit`.
    public static let edit = "/v1/candidate/edit"
    /// The path of `level`.
    public static let level = "/v1/candidate/level"
    /// The path of `load`.
    public static let load = "/v1/candidate/load"
    /// The path of `rebase`.
    public static let rebase = "/v1/candidate/rebase"
    /// The path of `configuration`.
    public static let configuration = "/v1/configuration"
    /// The path of `compare`.
    public static let compare = "/v1/compare"
    /// The path of `complete`.
    public static let complete = "/v1/complete"
    /// The path of `schema`.
    public static let schema = "/v1/schema"
    /// The path of `configure`.
    public static let configure = "/v1/opmode/configure"
    /// The path of `commit`.
    public static let commit = "/v1/opmode/commit"
    /// The path of `confirm`.
    public static let confirm = "/v1/opmode/confirm"
    /// The path of `rollback`.
    public static let rollback = "/v1/opmode/rollback"
    /// The path of `revisions`.
    public static let revisions = "/v1/revisions"
    /// The path of `commits`.
    public static let commits = "/v1/commits"
    /// The path of `agents`.
    public static let agents = "/v1/agents"
    /// The path of `issuers`.
    public static let issuers = "/v1/issuers"
    /// The path of `policies`.
    public static let policies = "/v1/policies"
    /// The path of `destinationGroups`.
    public static let destinationGroups = "/v1/destination-groups"
    /// The path of `quotas`.
    public static let quotas = "/v1/quotas"
    /// The path of `gateways`.
    public static let gateways = "/v1/gateways"
    /// The path of `events`.
    public static let events = "/v1/events"
    /// The path of `logEvents`.
    public static let logEvents = "/v1/log/events"
    /// The path below which the log's files are, in the paths of C2SP tlog-tiles.
    public static let logFiles = "/v1/log"
    /// The path of `openapi`.
    public static let openapi = "/v1/openapi.yaml"
}
