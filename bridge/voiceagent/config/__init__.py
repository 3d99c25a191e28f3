"""The settings: what they are called, where they come from, how they are shown."""
