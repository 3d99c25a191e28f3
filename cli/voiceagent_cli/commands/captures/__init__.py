"""`voiceagent captures ...`: the recorded calls of a project."""
