"""Where the programs under test are; CLAWGRESS_BIN names another folder than the usual one."""

import os

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
FOLDER = os.environ.get("CLAWGRESS_BIN", os.path.join(REPOSITORY, ".build", "release"))
GATEWAY = os.path.join(FOLDER, "clawgress-gateway")
# The command and the control plane's daemons; CLAWGRESS_CONTROL_BIN takes them from a debug build.
CONTROL = os.environ.get("CLAWGRESS_CONTROL_BIN", FOLDER)
COMMAND = os.path.join(CONTROL, "clawgress")
POLICY = os.path.join(CONTROL, "clawgress-policy")
ADMIN_API = os.path.join(CONTROL, "clawgress-admin-api")
AUDIT = os.path.join(CONTROL, "clawgress-audit")
PARSE = os.path.join(FOLDER, "clawgress-parse")
