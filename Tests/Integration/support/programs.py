"""Where the programs under test are; CLAWGRESS_BIN names another folder than the usual one."""

import os

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
FOLDER = os.environ.get("CLAWGRESS_BIN", os.path.join(REPOSITORY, ".build", "release"))
COMMAND = os.path.join(FOLDER, "clawgress")
GATEWAY = os.path.join(FOLDER, "clawgress-gateway")
PARSE = os.path.join(FOLDER, "clawgress-parse")
