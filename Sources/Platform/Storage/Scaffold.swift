// Scaffolding, to be replaced.

import GRDB
