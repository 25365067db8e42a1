"""The gate: takes a file from a stranger, makes a clean photo of it, and says in one sentence what is wrong with it."""
