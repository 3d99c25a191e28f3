"""Tools running: right arguments in, JSON out, and no way to hurt the call."""

import asyncio
import contextlib
import functools
import json
import sys
import threading
from typing import Any

import pytest

from voiceagent import CallContext, HandTo, KeyEntry, SecretDigits, tool
from voiceagent.call.events import ToolReturned
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import UserError
from voiceagent.tools.run import PythonTools, call_context


class StepClock:
    """Each look at it is 5 ms later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 5
        return self.now


async def run(
    function: Any, arguments: str = "{}", *, timeout_ms: int = 10_000, limit: int = 8192, **context: Any
) -> ToolReturned:
    tools = PythonTools([function], now_ms=StepClock(), limit_bytes=limit)
    name = tools.specs()[0].name
    return await tools.run(name, arguments, tool_call_id="t1", timeout_ms=timeout_ms, context=context)


def error(returned: ToolReturned) -> str:
    assert returned.outcome == "error"
    return str(json.loads(returned.output)["error"])


@tool
def lookup(order_id: str, limit: int = 2) -> dict[str, Any]:
    """Look up."""
    return {"order": order_id, "limit": limit}


@tool
async def slowly(order_id: str) -> str:
    """Look up."""
    await asyncio.sleep(0)
    return order_id


async def test_a_tool_that_asks_for_all_the_time_gets_what_there_is() -> None:
    @tool(timeout_seconds=float("inf"))
    def ready() -> str:
        """Say."""
        return "ready"

    assert (await run(ready)).output == '"ready"'


async def test_a_tool_runs_and_its_time_is_measured_by_the_given_clock() -> None:
    assert await run(lookup, '{"order_id": "4271"}') == ToolReturned("t1", "ok", '{"order":"4271","limit":2}', 5)


async def test_a_coroutine_is_awaited() -> None:
    assert (await run(slowly, '{"order_id": "4271"}')).output == '"4271"'


async def test_a_number_where_a_text_was_asked_for_is_taken() -> None:
    assert (await run(lookup, '{"order_id": 4271}')).outcome == "ok"


async def test_positional_parameters_are_passed_in_place() -> None:
    def between(a: int, /, b: int, *, c: int) -> list[int]:
        """Between."""
        return [a, b, c]

    assert (await run(between, '{"a": 1, "b": 2, "c": 3}')).output == "[1,2,3]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "order_id: Field required"),
        ("{}", "order_id: Field required"),
        ('{"order_id": "1", "secret": 1}', "secret: Extra inputs are not permitted"),
        ('{"order_id": ["1"]}', "order_id: Input should be a valid string"),
        ('{"order_id": ', "Invalid JSON"),
        ("[1]", "Input should be an object"),
        ('{"order_id": "' + "x" * 70_000 + '"}', "too long"),
    ],
)
async def test_bad_arguments_are_told_to_the_model_and_the_tool_does_not_run(arguments: str, words: str) -> None:
    sentence = error(await run(lookup, arguments))
    assert words in sentence
    assert sentence.startswith("The arguments of lookup")


async def test_an_unknown_tool_names_the_known_ones() -> None:
    tools = PythonTools([lookup], now_ms=StepClock())
    returned = await tools.run("look", "{}", tool_call_id="t", timeout_ms=10, context={})
    assert error(returned) == "There is no tool named 'look'. The tools are: lookup."


async def test_the_context_is_filled_in_and_cannot_be_set_by_the_model() -> None:
    def who(call: CallContext) -> list[Any]:
        """Who."""
        return [call.call_id, call.caller.shown, call.facts["tenant"]]

    returned = await run(who, call_id="c1", caller=PhoneNumber("+14255550123"), tenant="x")
    assert returned.output == '["c1","+14255550123","x"]'
    assert "call: Extra inputs" in error(await run(who, '{"call": {"call_id": "other"}}'))


def test_a_context_with_nothing_known_is_empty() -> None:
    assert call_context({"caller": None}) == CallContext()


async def test_an_exception_is_told_by_type_and_first_line_without_secrets() -> None:
    def fail() -> None:
        """Fail."""
        raise ValueError("no such order; accesskey=abc\x07def\nline two")

    assert error(await run(fail)) == "fail failed: ValueError: no such order; accesskey=<secret>"


async def test_an_exception_that_cannot_say_itself_is_told_by_type() -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def fail() -> None:
        """Fail."""
        raise BrokenError

    assert error(await run(fail)) == "fail failed: BrokenError"


@pytest.mark.parametrize("leaving", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), BaseException("x")])
async def test_leaving_the_process_is_not_in_a_tools_power(leaving: BaseException) -> None:
    def leave() -> None:
        """Leave."""
        raise leaving

    async def leave_async() -> None:
        """Leave."""
        raise leaving

    assert type(leaving).__name__ in error(await run(leave))
    assert type(leaving).__name__ in error(await run(leave_async))


async def test_sys_exit_in_a_coroutine_is_an_error_of_the_tool() -> None:
    async def leave() -> None:
        """Leave."""
        sys.exit("bye")

    assert error(await run(leave)) == "leave failed: SystemExit: bye"


async def test_a_coroutine_that_never_ends_is_timed_out() -> None:
    async def wait() -> None:
        """Wait."""
        await asyncio.Event().wait()

    returned = await run(wait, timeout_ms=1)
    assert (returned.outcome, returned.output) == ("timeout", '{"error": "wait did not answer within 0.001 s."}')


async def test_a_function_that_never_ends_is_timed_out_and_left_behind() -> None:
    gate = threading.Event()

    def wait() -> None:
        """Wait."""
        gate.wait(10)

    returned = await run(wait, timeout_ms=1)
    gate.set()
    assert returned.outcome == "timeout"


async def test_a_tool_that_swallows_its_cancellation_is_late_all_the_same() -> None:
    async def stubborn() -> str:
        """Wait."""
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "late"

    assert (await run(stubborn, timeout_ms=1)).outcome == "timeout"


async def test_a_tools_own_time_limit_only_shortens() -> None:
    @tool(timeout_seconds=0.001)
    async def wait() -> None:
        """Wait."""
        await asyncio.Event().wait()

    assert "within 0.001 s" in (await run(wait, timeout_ms=60_000)).output


async def test_a_cancellation_that_a_tool_invents_is_an_error() -> None:
    async def odd() -> None:
        """Odd."""
        raise asyncio.CancelledError

    assert error(await run(odd)) == "odd failed: CancelledError"


async def test_a_tool_that_cancels_its_own_task_is_an_error() -> None:
    async def odd() -> None:
        """Odd."""
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.Event().wait()

    assert error(await run(odd)) == "odd failed: CancelledError"


async def test_a_tool_that_never_ends_does_not_keep_its_call() -> None:
    began, over = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        """Refuse to end."""
        began.set()
        while not over.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await over.wait()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(run(stubborn))
        await began.wait()
        task.cancel()
    assert task.cancelled()
    over.set()


async def test_our_own_cancellation_goes_through() -> None:
    began = asyncio.Event()

    async def wait() -> None:
        """Wait."""
        began.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run(wait))
        await began.wait()
        task.cancel()
    assert task.cancelled()


async def test_a_result_that_cannot_be_sent_is_an_error() -> None:
    def odd() -> object:
        """Odd."""
        return object()

    assert "the result cannot be sent" in error(await run(odd))


@pytest.mark.parametrize("result", ["half a pair \ud800", 10**5000], ids=["text", "number"])
async def test_a_single_value_that_cannot_be_sent_is_an_error(result: Any) -> None:
    @tool
    def strange() -> Any:
        return result

    assert error(await run(strange)).startswith("strange failed: TypeError: the result cannot be sent")


async def test_a_decorator_that_raises_before_the_coroutine_begins_is_an_error() -> None:
    async def guarded() -> str:
        return "never"

    @tool
    @functools.wraps(guarded)
    def refuse() -> str:
        raise PermissionError("not now")

    assert error(await run(refuse)) == "guarded failed: PermissionError: not now"


async def test_a_result_whose_conversion_fails_is_an_error() -> None:
    class Lying(dict[str, int]):
        def items(self) -> Any:
            raise RuntimeError("no")

    def odd() -> object:
        """Odd."""
        return Lying(a=1)

    assert "the result cannot be sent" in error(await run(odd))


async def test_a_result_whose_conversion_leaves_the_process_is_an_error() -> None:
    class Leaving(dict[str, int]):
        def items(self) -> Any:
            sys.exit("bye")

    def odd() -> object:
        """Odd."""
        return Leaving(a=1)

    assert "the result cannot be sent: bye" in error(await run(odd))


async def test_ten_megabytes_are_cut_without_holding_the_loop() -> None:
    def huge() -> list[dict[str, str]]:
        """Huge."""
        return [{"a": "x" * 1000}] * 10_000

    returned = await run(huge, limit=1000)
    assert returned.outcome == "ok"
    assert json.loads(returned.output)["cut"] is True


async def test_a_function_that_returns_a_coroutine_is_awaited() -> None:
    assert (await run(tool(name="f")(lambda: slowly("1")))).output == '"1"'


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match=r"two tools are named `lookup`: \(.*:\d+\) and \(.*:\d+\)"):
        PythonTools([lookup, tool(name="lookup")(lambda: 1)], now_ms=StepClock())


# --- what the server binds

PIN = KeyEntry(prompt="Your PIN, please.", least=4, most=4)


async def test_the_same_request_has_the_same_key_and_another_has_another() -> None:
    async def key(context: CallContext) -> str:
        """Key."""
        return context.idempotency_key

    tools = PythonTools([key], now_ms=StepClock())
    asked = [("c1", "t1"), ("c1", "t1"), ("c1", "t2"), ("c2", "t1")]
    keys = [
        (await tools.run("key", "{}", tool_call_id=tool_call_id, timeout_ms=1000, context={"call_id": call_id})).output
        for call_id, tool_call_id in asked
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


async def test_the_state_is_the_calls_own() -> None:
    def count(call: CallContext) -> int:
        """Count."""
        call.state["count"] = call.state.get("count", 0) + 1
        return int(call.state["count"])

    state: dict[str, Any] = {}
    assert [(await run(count, state=state)).output for _ in range(2)] == ["1", "2"]
    assert (await run(count)).output == "1"


async def test_typed_digits_reach_the_function_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    got: list[str] = []

    @tool(keys=PIN)
    def check(pin: SecretDigits, name: str = "x") -> dict[str, Any]:
        """Check."""
        got.append(pin.shown)
        return {"ok": True, "told": f"{pin} is {pin.shown}", "number": int(pin.shown)}

    returned = await run(check, digits="4271")
    assert got == ["4271"]
    assert json.loads(returned.output) == {"ok": True, "told": "<secret> is <digits>", "number": "<digits>"}


async def test_a_tool_that_fails_over_digits_does_not_tell_them(caplog: pytest.LogCaptureFixture) -> None:
    @tool(keys=PIN)
    def check(pin: SecretDigits) -> bool:
        """Check."""
        raise ValueError(f"{pin.shown} is wrong")

    with caplog.at_level("DEBUG"):
        returned = await run(check, digits="4271")
    assert error(returned) == "check failed: ValueError: <digits> is wrong"
    assert "4271" not in caplog.text


async def test_the_model_cannot_set_the_digits() -> None:
    @tool(keys=PIN)
    def check(pin: SecretDigits) -> str:
        """Check."""
        return pin.shown

    assert "Extra inputs" in error(await run(check, '{"pin": "1111"}', digits="4271"))


async def test_a_tool_may_hand_the_conversation_on() -> None:
    def bill() -> HandTo:
        """Bill."""
        return HandTo("billing", {"open": 3})

    returned = await run(bill)
    assert (returned.hand_to, returned.output) == ("billing", '{"agent":"billing","result":{"open":3}}')


async def test_what_hand_to_holds_must_have_a_json_form_too() -> None:
    def bill() -> HandTo:
        """Bill."""
        return HandTo("billing", object())

    assert (await run(bill)).outcome == "error"


def test_a_tool_that_does_not_say_when_to_use_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    PythonTools([tool(name="told", description="Tells.")(lambda: 1)], now_ms=StepClock())
    assert caplog.text == ""
    PythonTools([tool(name="silent")(lambda: 1)], now_ms=StepClock())
    assert "tool `silent` (" in caplog.text
    assert "has no docstring" in caplog.text
