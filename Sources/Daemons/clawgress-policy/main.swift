// Scaffolding, to be replaced.

import ClawgressPolicyService

print("scaffold")
