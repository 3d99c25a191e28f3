"""A call on this machine: the emulators in a child process, the bridge in ours, and the dev phone between them."""
