"""The public edge: one port for webhooks, callbacks, media sockets and health."""
