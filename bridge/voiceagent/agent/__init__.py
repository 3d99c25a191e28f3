"""The agent project: a folder with settings, instructions and tools."""
