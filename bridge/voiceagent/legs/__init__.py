"""How we reach the caller."""
