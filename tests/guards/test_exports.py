"""What an agent project may import, pinned: a new name is a promise, a lost one breaks somebody's tools.py."""

from __future__ import annotations

import voiceagent


def test_the_public_names_are_these() -> None:
    assert sorted(voiceagent.__all__) == ["CallContext", "HandTo", "KeyEntry", "SecretDigits", "__version__", "tool"]


def test_every_public_name_resolves() -> None:
    for name in voiceagent.__all__:
        assert getattr(voiceagent, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(voiceagent, "nothing_of_that_name")


def test_the_version_is_the_distributions() -> None:
    from importlib.metadata import version

    assert voiceagent.__version__ == version("voiceagent-workbench")
