"""Parts of an engine of our own: a detector and an ear, something that thinks, and a voice. All of them run offline."""
