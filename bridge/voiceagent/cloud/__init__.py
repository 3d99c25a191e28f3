"""What stands in Azure around the bridge: planned as the difference between wanted and found, made, shown, removed."""
