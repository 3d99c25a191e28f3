"""Calls written down as they happened, and read again."""
