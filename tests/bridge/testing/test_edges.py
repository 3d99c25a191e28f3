from __future__ import annotations

from voiceagent.call.silence import SILENCE, Silence
from voiceagent.call.tables import Machine
from voiceagent.testing.edges import TABLES, edges_of, edges_taken


def test_rules_are_known_by_table_state_and_signal() -> None:
    assert edges_of("silence") == {("silence", *edge) for edge in SILENCE.rules}
    assert len(edges_of()) == sum(len(table.rules) for table in TABLES.values())


def test_what_is_followed_in_the_block_is_told_and_nothing_else() -> None:
    silence = Silence(8000, ())
    with edges_taken() as taken:
        silence.settle(0, calm=True)
        silence.settle(100, calm=False)
        silence.settle(200, calm=False)
    silence.settle(300, calm=True)
    assert taken == {("silence", "engaged", "calm"), ("silence", "counting", "stir")}
    assert Machine.signal.__name__ == "signal"
