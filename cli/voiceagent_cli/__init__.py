"""The screen of voiceagent: commands, what they print, and how they end. Nothing imports this package but its own entry point."""
