"""Typed Python functions as tools of the agent."""
