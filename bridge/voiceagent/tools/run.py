"""Runs the author's tools for a call: checked arguments in, JSON text out; whatever a tool raises ends there."""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
import uuid
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from voiceagent.call.commands import ToolSpec
from voiceagent.call.events import ToolOutcome, ToolReturned
from voiceagent.call.policies import ToolPolicy
from voiceagent.discreet import PhoneNumber, without_secrets
from voiceagent.errors import UserError
from voiceagent.tools.define import CallContext, HandTo, SecretDigits
from voiceagent.tools.options import policy_of
from voiceagent.tools.output import error_text, result_text
from voiceagent.tools.schema import DefinedTool, check_arguments, define, place
from voiceagent.tools.strays import Strays
from voiceagent.tools.threads import ToolThreads
from voiceagent.tools.veil import Veil

_log = logging.getLogger(__name__)
_NAMED = ("call_id", "correlation_id", "caller", "called")
_KEYS = uuid.UUID("0d8a5c1e-3c0e-4a53-9f0b-7f5b0f6f2a55")  # of no meaning: it only keeps our keys apart from others'
_CONVERTING = 4  # results turned into text at once, each in milliseconds


class PythonTools:
    """The tools of one agent project, as the port `ToolSet` wants them.

    `now_ms` measures durations. `limit_bytes` caps each output. Tools that are not `async` share `threads` threads.
    """

    def __init__(
        self,
        functions: Sequence[Callable[..., Any]],
        *,
        now_ms: Callable[[], float],
        limit_bytes: int = 8192,
        threads: int = 16,
    ) -> None:
        self._now_ms = now_ms
        self._limit_bytes = limit_bytes
        self._threads = ToolThreads(threads)
        self._converting = ToolThreads(_CONVERTING)  # apart, so that tools which hang do not keep the results of others back
        self._strays = Strays()
        self._tools: dict[str, DefinedTool] = {}
        for function in functions:
            defined = define(function)
            if defined.spec.name in self._tools:
                both = f"{place(self._tools[defined.spec.name].function)} and{place(function)}"
                raise UserError(f"two tools are named `{defined.spec.name}`:{both}", remedy="rename one, or use @tool(name=…)")
            if not (defined.options.description or inspect.getdoc(function)):
                where = f"tool `{defined.spec.name}`{place(function)}"
                _log.warning("%s has no docstring, which tells the model when to use it", where)
            self._tools[defined.spec.name] = defined

    def specs(self) -> Sequence[ToolSpec]:
        """The tools as the engine must know them, in the order they were written."""
        return tuple(defined.spec for defined in self._tools.values())

    def policies(self, defaults: ToolPolicy, *, question: str) -> Mapping[str, ToolPolicy]:
        """How a call treats each of them; `defaults` and `question` (for a bare `ask_first`) come from the settings."""
        return {name: policy_of(defined.options, defaults, question=question) for name, defined in self._tools.items()}

    async def run(
        self, name: str, arguments: str, *, tool_call_id: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> ToolReturned:
        """Check the arguments, run the tool, cap its output. Never raises but for cancellation."""
        began = self._now_ms()
        context = {**context, "tool_call_id": tool_call_id}
        outcome, output, hand_to = await self._outcome(name, arguments, timeout_ms, context)
        output = Veil(_shown(context.get("digits", ""))).json(output)
        return ToolReturned(tool_call_id, outcome, output, max(0.0, self._now_ms() - began), hand_to)

    async def _outcome(
        self, name: str, arguments: str, timeout_ms: int, context: Mapping[str, Any]
    ) -> tuple[ToolOutcome, str, str]:
        defined = self._tools.get(name)
        if defined is None:
            known = ", ".join(self._tools) or "none"
            return "error", error_text(f"There is no tool named {name[:64]!r}. The tools are: {known}."), ""
        bound = bind(defined, arguments, context)
        if isinstance(bound, str):
            return "error", error_text(bound), ""
        if defined.options.timeout_seconds is not None:
            timeout_ms = int(min(timeout_ms, defined.options.timeout_seconds * 1000))
        return await self._within(defined, bound, timeout_ms)

    async def _within(
        self, defined: DefinedTool, bound: tuple[list[Any], dict[str, Any]], timeout_ms: int
    ) -> tuple[ToolOutcome, str, str]:
        name, hand_to = defined.spec.name, ""
        try:
            value, hand_to, error = await self._strays.within(timeout_ms / 1000, self._made(defined, *bound), name=name)
        except TimeoutError:
            return "timeout", error_text(f"{name} did not answer within {timeout_ms / 1000:g} s."), ""
        except asyncio.CancelledError as cancelled:
            if _being_cancelled():
                raise
            value, error = None, cancelled  # the tool cancelled its own task
        if error is None:
            return "ok", str(value), hand_to
        return "error", error_text(_failure(name, error, traced=not defined.secret)), ""

    async def _made(
        self, defined: DefinedTool, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[Any, str, BaseException | None]:
        value, error = await self._called(defined, args, kwargs)
        hand_to = ""
        if isinstance(value, HandTo):
            hand_to = value.agent
            value = {"agent": hand_to, "result": value.result}
        value, error = await self._text(value) if error is None else (value, error)
        return value, hand_to, error

    async def _called(self, defined: DefinedTool, args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, BaseException | None]:
        if inspect.iscoroutinefunction(inspect.unwrap(defined.function)):
            try:
                started = defined.function(*args, **kwargs)
            except BaseException as early:  # a decorator of the author's raised before there was anything to await
                return None, early
            return await _awaited(started)
        value, error = await self._threads.run(lambda: defined.function(*args, **kwargs))
        return await _awaited(value) if error is None and inspect.isawaitable(value) else (value, error)

    async def _text(self, value: Any) -> tuple[Any, BaseException | None]:
        """In a thread, since turning a large object into plain values takes long; a single value does not."""
        try:
            if value is None or isinstance(value, (bool, int, str)):
                return result_text(value, self._limit_bytes), None
            text, error = await self._converting.run(lambda: result_text(value, self._limit_bytes))
        except Exception as unfit:  # not every text or number can be sent
            text, error = None, unfit
        # An object's own conversion is the author's code as well, and may raise anything.
        return text, TypeError(f"the result cannot be sent: {_message(error)}") if error is not None else None


def bind(defined: DefinedTool, arguments: str, context: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]] | str:
    """The Python arguments of a call, or a sentence that tells the model what to mend."""
    checked = check_arguments(defined.spec.name, defined.model, arguments)
    if isinstance(checked, str):
        return checked
    values = {parameter: getattr(checked, field) for parameter, field in defined.fields.items()}
    values |= dict.fromkeys(defined.context, call_context(context))
    if defined.secret:
        values[defined.secret] = SecretDigits(_shown(context.get("digits", "")))
    return [values.pop(parameter) for parameter in defined.positional], values


def call_context(context: Mapping[str, Any]) -> CallContext:
    """The mapping the runtime knows a call by, as the author's type; what has no name of its own goes to `facts`."""
    plain = {name: _shown(context.get(name, "")) for name in _NAMED}
    state = context.get("state")
    return CallContext(
        call_id=plain["call_id"],
        correlation_id=plain["correlation_id"],
        caller=PhoneNumber(plain["caller"]),
        called=PhoneNumber(plain["called"]),
        facts={key: value for key, value in context.items() if key not in (*_NAMED, "state", "digits", "tool_call_id")},
        idempotency_key=idempotency_key(plain["call_id"], _shown(context.get("tool_call_id", ""))),
        state=state if isinstance(state, MutableMapping) else {},
    )


def idempotency_key(call_id: str, tool_call_id: str) -> str:
    """The same for the same request of the same call, in whatever process it is carried out; "" outside a call."""
    return str(uuid.uuid5(_KEYS, f"{call_id}/{tool_call_id}")) if call_id and tool_call_id else ""


def _shown(value: Any) -> str:
    return str.__str__(value) if isinstance(value, str) else ""


async def _awaited(awaitable: Any) -> tuple[Any, BaseException | None]:
    try:
        return await awaitable, None
    except asyncio.CancelledError as error:
        if _being_cancelled():
            raise
        return None, error  # the tool raised it of its own accord
    except BaseException as error:  # sys.exit in a tool ends the tool, not the bridge
        return None, error


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _failure(name: str, error: BaseException, *, traced: bool) -> str:
    """What the model is told: type and first line, without secrets. The place goes to the log, for the author; the traceback,
    which shows the message, only when `traced`."""
    lines = without_secrets(_message(error)).splitlines()
    text = "".join(character for character in (lines[0] if lines else "") if character.isprintable())[:200]
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    _log.warning("tool %s failed at %s: %s", name, place, type(error).__name__)
    if traced:
        _log.debug("tool %s failed", name, exc_info=error)
    return f"{name} failed: {type(error).__name__}: {text}" if text else f"{name} failed: {type(error).__name__}"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an author's __str__ may be broken as well
        return ""
