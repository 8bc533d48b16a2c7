"""Reports worked out from the facts: each number once, in a cell of its own."""
