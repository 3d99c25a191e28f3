"""`voiceagent config ...`: the settings of a project."""
