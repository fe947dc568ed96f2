// Scaffolding, to be replaced.

import ClawgressJWS
import ClawgressModel
import ClawgressSnapshotText
