// Scaffolding, to be replaced.

import ClawgressContract
import ClawgressMesh
import ClawgressStorage
import GRDB
import Hummingbird
