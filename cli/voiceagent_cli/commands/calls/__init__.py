"""`voiceagent calls ...`: the calls of a project."""
