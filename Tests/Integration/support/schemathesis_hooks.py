"""Keeps schemathesis from sawing off the branch it sits on: it collects ids from lists and deletes
what they name, its own token, its own user and the one gateway among them.

And writes whole numbers as such: to JSON Schema `5.0` is an integer, to the API it is not.

Loaded by schemathesis itself (SCHEMATHESIS_HOOKS). What is protected stands in the environment, one
list of names for all of it.
"""

import os

import schemathesis

PROTECTED = frozenset(os.environ["CLAWGRESS_PROTECTED"].split(","))
# A name of the right form for every kind of id; there is nothing of that name.
NOBODY = "0123456789abcdef"
SAWS = {"revokeToken", "putUser", "deleteUser", "revokeGateway", "setMaintenance"}


@schemathesis.hook
def before_call(_context, case, _arguments):
    """Lets a request for what is protected go to nobody instead."""
    names = case.path_parameters or {}
    if case.operation.definition.raw.get("operationId") in SAWS:
        if str(names.get("id")) in PROTECTED:
            names["id"] = NOBODY
    # Setting a body makes schemathesis judge the case again, and it takes one without the body that
    # it may leave out for a malformed request.
    if isinstance(case.body, (dict, list, float)):
        case.body = whole(case.body)


def whole(value):
    """The same with `5` for `5.0`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    return [whole(each) for each in value] if isinstance(value, list) else value
