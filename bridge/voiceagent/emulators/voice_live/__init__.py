"""A Voice Live service on this machine: the wire of the real one, with an answering source of our own behind it.

`serve` opens sockets, `session` moves frames of one connection, `state` decides (no sockets, no clock), `answers` and `errors`
know what events look like, `source` is the seam to whatever listens and answers: `scripted` or `embedded`.
"""
