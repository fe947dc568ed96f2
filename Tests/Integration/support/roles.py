"""Operators of every role, each with a token of their own, and credentials that must not open."""

import os
import sqlite3

DATABASE = "admin-api.sqlite"
ROLES = ["admin", "operator", "auditor", "read-only"]


def user_of(role):
    """The name of the user with a role; the first admin is the one that the first start made."""
    return "admin" if role == "admin" else f"the-{role}"


def user_lines():
    """Lines that configure a user for each role."""
    return [f"set user {user_of(role)} role {role}" for role in ROLES]


def token_for(plane, role, **body):
    """A new token of the user with a role."""
    made = plane.api().must(
        "POST", "/v1/tokens", {"name": f"a token of {role}", "user": user_of(role), **body}
    )
    plane.secrets[f"token {made['id']} of {role}"] = made["token"]
    return made


def clients(plane):
    """A client of the API for each role. The users must be in force."""
    return {role: plane.api(token_for(plane, role)["token"]) for role in ROLES}


def expired(plane):
    """A token that was good and has ended.

    The shortest life is a minute, so its end is moved instead of waited for: the daemon reads it
    from the database with every request.
    """
    made = token_for(plane, "admin", expires_seconds=60)
    database = os.path.join(plane.admin.settings["state_folder"], DATABASE)
    with sqlite3.connect(database, timeout=20) as connection:
        changed = connection.execute(
            "UPDATE credential SET expires_at = created_at - 1 WHERE id = ?", (made["id"],)
        ).rowcount
    connection.close()
    assert changed == 1
    return made["token"]


def revoked(plane):
    """A token that was good and was revoked."""
    made = token_for(plane, "admin")
    plane.api().must("DELETE", f"/v1/tokens/{made['id']}")
    return made["token"]
