"""A call as a picture (SVG): both voices over time, what was said, how long answers took, tools, interruptions, the rest.

The caller is above, the agent below; between them stand the times that decide whether it felt like a conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.timeline import Timeline, Turn
from voiceagent.scenarios.waves import Waves

WIDTH, LEFT, RIGHT = 1132.0, 66.0, 14.0
ACROSS = WIDTH - LEFT - RIGHT
CALLER_Y, AGENT_Y, HALF = 62.0, 150.0, 30.0
"""Centres of the two lanes, and how far a wave may reach from them."""
BETWEEN_Y = (CALLER_Y + AGENT_Y) / 2
TOOLS_Y, AXIS_Y, HEIGHT = 220.0, 238.0, 262.0
CHARACTER = 6.1
"""Width of a letter, on average; words are cut to fit their turn."""
STEPS_OF_TIME = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300)
LABEL_APART = 8.0


def scene(call: Timeline, waves: Waves | None, verdicts: Sequence[Verdict] = (), *, late_ms: float | None = None) -> str:
    """The whole picture. Answers later than `late_ms` are marked."""
    seconds = max(call.duration_ms / 1000, waves.seconds if waves else 0.0, 0.1)
    draw = _Scene(seconds)
    parts = [
        *draw.frame(),
        *draw.steps_of_time(),
        *draw.turns(call.said, "caller"),
        *draw.turns([turn for turn in call.turns if turn.role == "agent"], "agent"),
        *(draw.waves(waves) if waves else ()),
        *draw.barge_ins(call),
        *draw.answers(call, late_ms),
        *draw.doings(call),
        *draw.missed(verdicts),
        f'<line class="head" x1="{LEFT}" x2="{LEFT}" y1="24" y2="{AXIS_Y}"/>',
    ]
    sizes = f'data-left="{LEFT:g}" data-width="{ACROSS:g}" data-seconds="{seconds:.3f}"'
    title = f"<title>{len(call.said)} times the caller speaks, {seconds:.0f} seconds</title>"
    return f'<svg class="scene" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" {sizes} role="img">{title}{"".join(parts)}</svg>'


def strip(waves: Waves) -> str:
    """A call in the size of a word, for a list."""
    width, half = 260.0, 12.0
    outlines = [
        f'<path class="{who}" fill="var(--{who})" d="{_outline(loud, 0, width, 13, half, up=up)}"/>'
        for who, loud, up in (("caller", _thinned(waves.caller, 130), True), ("agent", _thinned(waves.agent, 130), False))
    ]
    return f'<svg class="strip" viewBox="0 0 260 26" preserveAspectRatio="none" aria-hidden="true">{"".join(outlines)}</svg>'


class _Scene:
    """Draws parts of a picture that is so many seconds wide."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def x(self, ms: float) -> float:
        return LEFT + min(max(ms / 1000 / self._seconds, 0.0), 1.0) * ACROSS

    def frame(self) -> Iterator[str]:
        for name, y in (("caller", CALLER_Y), ("agent", AGENT_Y)):
            yield f'<text class="who {name}" x="8" y="{y + 4:g}">{name}</text>'
            yield f'<line class="axis" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:g}" y2="{y:g}"/>'

    def steps_of_time(self) -> Iterator[str]:
        step = next((step for step in STEPS_OF_TIME if self._seconds / step <= 14), STEPS_OF_TIME[-1])
        yield f'<line class="axis" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{AXIS_Y:g}" y2="{AXIS_Y:g}"/>'
        for number in range(int(self._seconds / step) + 1):
            x = self.x(number * step * 1000)
            yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{AXIS_Y:g}" y2="{AXIS_Y + 4:g}"/>'
            yield f'<text class="tick" x="{x:.1f}" y="{AXIS_Y + 17:g}" text-anchor="middle">{number * step:g} s</text>'

    def turns(self, turns: Sequence[Turn], who: str) -> Iterator[str]:
        centre, words_y = (CALLER_Y, CALLER_Y - HALF - 7) if who == "caller" else (AGENT_Y, AGENT_Y + HALF + 16)
        for index, turn in enumerate(turns):
            x, end = self.x(turn.start_ms), self.x(turn.end_ms)
            cut = " cut" if turn.interrupted else ""
            box = f'x="{x:.1f}" y="{centre - HALF:g}" width="{max(2.0, end - x):.1f}" height="{HALF * 2:g}" rx="7"'
            about = f"{turn.text or 'a recording'} ({turn.start_ms / 1000:.1f} to {turn.end_ms / 1000:.1f} s)"
            yield f'<rect class="bar {who}{cut}" {box}><title>{escape(about)}</title></rect>'
            until = self.x(turns[index + 1].start_ms) if index + 1 < len(turns) else WIDTH - RIGHT
            words = escape(_cut(turn.text, until - x - LABEL_APART))
            yield f'<text class="words" x="{x + 2:.1f}" y="{words_y:g}">{words}</text>'

    def waves(self, waves: Waves) -> Iterator[str]:
        width = waves.seconds / self._seconds * ACROSS
        for who, loud, centre in (("caller", waves.caller, CALLER_Y), ("agent", waves.agent, AGENT_Y)):
            yield f'<path class="{who}" pointer-events="none" d="{_outline(loud, LEFT, width, centre, HALF - 3)}"/>'

    def answers(self, call: Timeline, late_ms: float | None) -> Iterator[str]:
        for answer in call.answers:
            begin, end = self.x(answer.at_ms - answer.latency_ms), self.x(answer.at_ms)
            late = " late" if late_ms is not None and answer.latency_ms > late_ms else ""
            y = BETWEEN_Y
            yield f'<path class="gap{late}" d="M{begin:.1f} {y - 6:g}v12M{begin:.1f} {y:g}H{end:.1f}M{end:.1f} {y - 6:g}v12"/>'
            yield f'<text class="ms" x="{(begin + end) / 2:.1f}" y="{y - 8:g}">{answer.latency_ms:.0f} ms</text>'

    def barge_ins(self, call: Timeline) -> Iterator[str]:
        for one in call.barge_ins:
            x, end = self.x(one.at_ms), self.x(one.at_ms + one.stop_ms)
            top, height = CALLER_Y - HALF, AGENT_Y - CALLER_Y + 2 * HALF
            told = f"interrupted, silent after {one.stop_ms:.0f} ms" if one.cut else f"spoken over for {one.stop_ms:.0f} ms"
            box = f'x="{x:.1f}" y="{top:g}" width="{max(1.0, end - x):.1f}" height="{height:g}"'
            yield f'<rect class="cutspan" {box}><title>{told}</title></rect>'
            yield f'<line class="cutline" x1="{x:.1f}" x2="{x:.1f}" y1="{top:g}" y2="{top + height:g}"/>'
            yield f'<text class="cuttext" x="{end + 6:.1f}" y="{BETWEEN_Y + 14:g}">{told}</text>'

    def doings(self, call: Timeline) -> Iterator[str]:
        """Tools, keys and the end of a transfer, each beside the one before if it would cover it."""
        named = [(tool.at_ms, tool.name + ("" if tool.outcome == "ok" else f" ({tool.outcome})")) for tool in call.tools]
        named += [
            (one.at_ms, f"{one.event} {one.named.replace('_', ' ')}")
            for one in call.happenings
            if one.event in ("key", "transfer")
        ]
        free = LEFT
        for at, name in sorted(named):
            x = self.x(at)
            width = len(name) * CHARACTER * 1.15
            begins = max(x + 7 if x + 7 + width < WIDTH else x - 7 - width, free)
            free = begins + width + LABEL_APART
            yield f'<line class="toolline" x1="{x:.1f}" x2="{x:.1f}" y1="{CALLER_Y - HALF:g}" y2="{TOOLS_Y - 4:g}"/>'
            yield f'<circle class="tooldot" cx="{x:.1f}" cy="{TOOLS_Y - 4:g}" r="3.5"/>'
            yield f'<text class="tool" x="{begins:.1f}" y="{TOOLS_Y:g}">{escape(name)}</text>'

    def missed(self, verdicts: Sequence[Verdict]) -> Iterator[str]:
        for verdict in verdicts:
            if not verdict.passed and verdict.at_ms is not None:
                x = self.x(verdict.at_ms)
                about = escape(f"missed: {verdict.sentence}; heard: {verdict.heard}")
                yield f'<path class="miss" d="M{x:.1f} 14l-6 -11h12z"><title>{about}</title></path>'


def _outline(loud: Sequence[float], left: float, width: float, centre: float, half: float, *, up: bool | None = None) -> str:
    """A closed outline around `centre`; with `up` only the half above it, or below."""
    count = len(loud)
    xs = [left + width * (index + 0.5) / count for index in range(count)]
    above = [f"{x:.1f} {centre - (value * half if up is not False else 0):.1f}" for x, value in zip(xs, loud, strict=True)]
    below = [f"{x:.1f} {centre + (value * half if up is not True else 0):.1f}" for x, value in zip(xs, loud, strict=True)]
    return f"M{left:.1f} {centre:g}L" + "L".join(above) + f"L{left + width:.1f} {centre:g}L" + "L".join(reversed(below)) + "Z"


def _thinned(loud: Sequence[float], most: int) -> Sequence[float]:
    size = max(1, -(-len(loud) // most))
    return [max(loud[at : at + size]) for at in range(0, len(loud), size)]


def _cut(text: str, width: float) -> str:
    room = int(width / CHARACTER)
    if len(text) <= room:
        return text
    return text[: room - 1].rstrip() + "…" if room > 4 else ""
