// Scaffolding, to be replaced.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import ClawgressPolicy
