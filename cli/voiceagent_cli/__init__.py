"""The screen of voiceagent: commands, what they print, how they end. Nothing imports this package but its entry point."""
