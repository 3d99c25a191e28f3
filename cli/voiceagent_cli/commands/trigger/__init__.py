"""`voiceagent trigger ...`: what is set off in running emulators."""
