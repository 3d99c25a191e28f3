"""Looks at a machine, its settings and the services they name, changes nothing, and names the first thing that is wrong."""
