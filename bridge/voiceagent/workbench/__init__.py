"""The private side for the developer: the local page and its interface."""
