"""Fakes and clocks for tests of agents and of voiceagent itself; a public part of the product."""
