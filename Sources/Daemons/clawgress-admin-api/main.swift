// Scaffolding, to be replaced.

import ClawgressAdminAPI

print("scaffold")
