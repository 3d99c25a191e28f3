"""Fakes and clocks for tests of agents and of voiceagent itself; a public part of the product.

`rehearsal` plays a call's session without any input or output; `playbook` compares one with what should happen; `factories`
makes settings and events with sensible values. `legs` and `scripted` are the neighbours of a whole bridge; `clock` is time
to move.
"""
