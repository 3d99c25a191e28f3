"""Servers that stand in for the cloud's, so that a whole call happens on one machine."""
