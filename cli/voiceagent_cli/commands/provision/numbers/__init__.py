"""`voiceagent provision numbers ...`: phone numbers by hand."""
