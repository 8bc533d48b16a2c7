"""Pages of signing in, split by what they are about."""
