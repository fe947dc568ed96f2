"""The operations of the OpenAPI document, and for each of them one harmless call.

What the document says of roles is read from the document alone, so that the server and the
document cannot agree on something that neither says.
"""

import dataclasses
import os

import yaml

from support import programs

DOCUMENT = os.path.join(programs.REPOSITORY, "Documentation", "openapi.yaml")
METHODS = ["get", "put", "post", "delete", "patch", "head", "options", "trace"]
NOBODY = "nobody-of-that-name"


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation; `roles` is None for what needs no credential."""

    name: str
    method: str
    path: str
    roles: tuple | None
    statuses: tuple


def operations():
    """Every operation of the document."""
    with open(DOCUMENT, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    found = []
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found.append(_operation(path, method, item[method]))
    return found


def _operation(path, method, body):
    is_open = body.get("security") == []
    assert is_open != ("x-roles" in body), f"{method} {path}: either roles or none"
    return Operation(
        body["operationId"], method.upper(), path, None if is_open else tuple(body["x-roles"]),
        tuple(int(status) for status in body["responses"]),
    )


@dataclasses.dataclass(frozen=True)
class Call:
    """A call that changes nothing that another one needs, and its status for who may make it."""

    status: int
    body: object = None
    names: tuple = (NOBODY,)
    query: str = ""

    def path(self, operation):
        """The path with names in the places of its braces."""
        path = operation.path
        for name in self.names:
            before, _, rest = path.partition("{")
            path = before + name + rest.partition("}")[2] if rest else before
        return path + self.query


_AGENT = {"team": "t", "project": "p", "environment": "e"}
_POLICY = {"action": "deny", "match": {"destination": ["example.com"]}}
_ISSUER = {"audience": ["clawgress"], "key": [
    '{"crv":"Ed25519","kid":"k1","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
]}

# Who asks is told apart before anything is looked for, so a name that nobody has is enough for
# what would do damage: 404 is the answer to a caller who may.
CALLS = {
    "livez": Call(200), "readyz": Call(200), "metrics": Call(200), "document": Call(200),
    "login": Call(401, {"user": "nobody", "password": "not the right one"}),
    "logout": Call(409), "whoami": Call(200),
    "listTokens": Call(200), "createToken": Call(201, {"name": "made by the matrix"}),
    "revokeToken": Call(404),
    "setPassword": Call(404, {"password": "long enough for anybody"}),
    "getCandidate": Call(200), "discardCandidate": Call(204),
    "editCandidate": Call(200, {"edits": ["set default-quota rps-limit 7"]}),
    "setLevel": Call(200, {"top": True}),
    "loadCandidate": Call(200, {"mode": "merge", "format": "commands", "text": ""}),
    "rebaseCandidate": Call(200, {}),
    "getConfiguration": Call(200), "compare": Call(200), "complete": Call(200),
    "schema": Call(200),
    # Nothing is staged and nothing waits: the caller was let in and the desk says no.
    "configure": Call(409, {}), "commit": Call(409, {}), "confirm": Call(409),
    "rollback": Call(404, {"to": "99999999"}),
    "listRevisions": Call(200), "getRevision": Call(404), "listCommits": Call(200),
    "getCommit": Call(404), "listEvents": Call(200),
    # There is no log to ask: test_log_queries.py has one.
    "listLogEvents": Call(404), "countLogEvents": Call(404),
    "bucketLogEvents": Call(404, query="?since=2026-01-01T00:00:00Z&bucket_seconds=60"),
    "topLogEvents": Call(404, query="?by=host"),
    "exportLogEvents": Call(404), "tailLogEvents": Call(404),
    "logCheckpoint": Call(404), "logWitnessedCheckpoint": Call(404), "logRetention": Call(404),
    "logTile1": Call(404, names=("entries", "000")),
    "logTile2": Call(404, names=("0", "000.p", "5")),
    "logTile3": Call(404, names=("0", "x001", "234.p", "5")),
    "logTile4": Call(404, names=("entries", "x001", "x234", "067.p", "5")),
    "replay": Call(404, query="?since=2026-01-01T00:00:00Z"),
    "suggestions": Call(404, query="?since=2026-01-01T00:00:00Z"),
    "policyHits": Call(404, query="?since=2026-01-01T00:00:00Z"),
    "listKeys": Call(404), "createKey": Call(404, {}), "revokeKey": Call(404, names=(NOBODY, "k")),
    "listGateways": Call(200), "revokeGateway": Call(404),
    "createEnrolmentToken": Call(201, {}), "setMaintenance": Call(404, {"maintenance": True}),
    "listAgents": Call(200), "getAgent": Call(404), "putAgent": Call(201, _AGENT),
    "deleteAgent": Call(404, names=("another-name",)),
    "listIssuers": Call(200), "getIssuer": Call(404), "putIssuer": Call(201, _ISSUER),
    "deleteIssuer": Call(404, names=("another-name",)),
    "listPolicies": Call(200), "getPolicy": Call(404), "putPolicy": Call(201, _POLICY),
    "deletePolicy": Call(404, names=("another-name",)),
    "listDestinationGroups": Call(200), "getDestinationGroup": Call(404),
    "putDestinationGroup": Call(201, {"destination": ["example.com"]}),
    "deleteDestinationGroup": Call(404, names=("another-name",)),
    "listQuotas": Call(200), "getQuota": Call(404), "putQuota": Call(201, {"rps-limit": 5}),
    "deleteQuota": Call(404, names=("another-name",)),
    "listUsers": Call(200), "getUser": Call(404), "putUser": Call(201, {"role": "auditor"}),
    "deleteUser": Call(404, names=("another-name",)),
}
