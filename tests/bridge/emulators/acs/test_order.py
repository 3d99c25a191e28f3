from __future__ import annotations

from a_call import CALLEE, CALLER

from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.state import Call


def test_the_person_at_the_other_end_is_the_caller_also_of_a_call_of_ours() -> None:
    call = Call(Order(CALLER, CALLEE, outbound=True), Ids(1), NetworkOptions(), app_id="8:acs:x", now=0)
    assert call.diary.lines[0].facts == {"from": CALLEE, "to": CALLER}
