"""`voiceagent provision events ...`: where Azure announces calls."""
