"""The documented table, whole."""

from __future__ import annotations

from typing import get_args

import pytest

from voiceagent.emulators.acs.compatibility import Media, must_fit
from voiceagent.emulators.acs.errors import Refusal

FORBIDDEN = {
    (running, wanted)
    for running in ("PlayTo", "GroupRecognize", "SendDtmf")
    for wanted in ("PlayTo", "GroupRecognize", "SendDtmf", "ContinuousDtmf")
}


@pytest.mark.parametrize("running", get_args(Media))
@pytest.mark.parametrize("wanted", get_args(Media))
def test_each_pair_is_as_documented(running: Media, wanted: Media) -> None:
    if (running, wanted) in FORBIDDEN:
        with pytest.raises(Refusal) as refused:
            must_fit(wanted, [running])
        assert (refused.value.status, refused.value.code) == (412, "8583")
    else:
        must_fit(wanted, [running])
