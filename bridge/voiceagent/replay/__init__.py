"""Captured calls again: exactly, in virtual time, or spoken to an engine once more."""
