"""Pages of the home, of coverage and of organisations."""
