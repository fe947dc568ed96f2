// Scaffolding, to be replaced.

