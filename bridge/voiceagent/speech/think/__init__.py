"""From what was said to what to say or do."""
