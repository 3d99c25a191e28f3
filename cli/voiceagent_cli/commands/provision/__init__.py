"""`voiceagent provision ...`: what stands in Azure around the bridge."""
