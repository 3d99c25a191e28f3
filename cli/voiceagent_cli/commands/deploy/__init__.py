"""`voiceagent deploy ...`."""
