"""What people say, their numbers and our keys stay out of the logs, however an event or a command is logged."""

from __future__ import annotations

import dataclasses
import functools
import io
import logging
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from voiceagent.call import commands, events
from voiceagent.discreet import PhoneNumber, Secret, Words
from voiceagent.observe.logs import set_up_logging

PLANTED = {Words: "marmalade weather tomorrow", PhoneNumber: "+14255550177", Secret: "hunter2hunter2"}

TELLS_ALOUD = {
    "voiceagent.cloud",  # keys for Azure's clients, our number in what is planned and asked
    "voiceagent.agent.init",  # writes the number that its author gives into the author's settings
    "voiceagent.agent.project",
    "voiceagent.capture.export",
    "voiceagent.call.handover",
    "voiceagent.call.menu",
    "voiceagent.call.session",
    "voiceagent.call.speech",
    "voiceagent.config.secrets",
    "voiceagent.config.tools",
    "voiceagent.control",
    "voiceagent.emulators",
    "voiceagent.engines",
    "voiceagent.local.own_voice",
    "voiceagent.observe.feed",
    "voiceagent.observe.fold",
    "voiceagent.protocol",
    "voiceagent.server",
    "voiceagent.testing",
}
"""Modules (or packages of them) that may show a discreet value: they put it on a wire, on disk or on the screen."""


@functools.cache
def messages() -> dict[type, Any]:
    """One of every event, command and note, with planted words and numbers wherever the types say they belong."""
    return dict(_messages())


def _messages() -> Iterator[tuple[type, Any]]:
    for module, root in ((events, events.Event), (commands, commands.Command)):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, root) and dataclasses.is_dataclass(kind):
                yield (
                    kind,
                    kind(
                        **{field.name: planted(typing.get_type_hints(kind)[field.name]) for field in dataclasses.fields(kind)}
                    ),
                )


def planted(hint: Any) -> Any:
    """A value of the hinted type; planted when the type is a discreet one."""
    if hint in PLANTED:
        return hint(PLANTED[hint])
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return planted(next(iter(inner)))
    if origin is typing.Literal:
        return inner[0]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(**{field.name: planted(hints[field.name]) for field in dataclasses.fields(hint)})
    if origin is tuple:
        return ()
    if origin is not None or hint is Any:
        return {}
    return {str: "x", int: 1, float: 1.0, bool: False}.get(hint, hint)


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root, ours = logging.getLogger(), logging.getLogger("voiceagent")
    before, levels = list(root.handlers), (root.level, ours.level)
    stream = io.StringIO()
    set_up_logging("debug", request.param, stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.mark.parametrize("kind", [*messages()], ids=lambda kind: kind.__name__)
def test_however_a_message_is_logged(kind: type, log: io.StringIO) -> None:
    message = messages()[kind]
    values = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    logger = logging.getLogger("voiceagent.anywhere")
    logger.info("%s", message)
    logger.info(f"{message!r} {values}")
    logger.info("a call", extra={"call_id": "c", "facts": values, **{f"x_{name}": value for name, value in values.items()}})
    for value in values.values():
        logger.info("%s %r", value, value)
        logger.info(f"{value} {value!s:>40}")
    try:
        raise ValueError(message, *values.values())
    except ValueError:
        logger.exception("it failed")
    for secret in PLANTED.values():
        assert secret not in log.getvalue()


def test_there_are_messages_that_carry_words_at_all() -> None:
    carrying = {
        kind.__name__
        for kind, made in messages().items()
        if any(isinstance(getattr(made, f.name), Words) for f in dataclasses.fields(made))
    }
    assert {"CallerTranscribed", "AgentTurnNoted", "ToolNoted"} <= carrying


def test_a_planted_number_in_a_plain_string_is_masked_too(log: io.StringIO) -> None:
    logging.getLogger("voiceagent.anywhere").info("invited 4:%s", PLANTED[PhoneNumber].lstrip("+"))
    logging.getLogger("voiceagent.anywhere").info("invited %s", PLANTED[PhoneNumber])
    assert "4255550177" not in log.getvalue()


def test_showing_a_discreet_value_is_done_only_where_it_must_be(modules: Mapping[str, Any]) -> None:
    import ast

    wrong = [
        f"{module.where}:{node.lineno}"
        for module in modules.values()
        if not any(module.name == allowed or module.name.startswith(f"{allowed}.") for allowed in TELLS_ALOUD)
        and module.name != "voiceagent.discreet"
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr == "shown"
    ]
    assert not wrong, "\n" + "\n".join(wrong)
