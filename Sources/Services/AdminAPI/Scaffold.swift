// Scaffolding, to be replaced.

import ClawgressConfigTree
import ClawgressContract
import ClawgressMesh
import ClawgressStorage
import GRDB
import Hummingbird
