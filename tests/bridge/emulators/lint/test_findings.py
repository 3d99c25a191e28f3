"""Findings: told once, counted afterwards, a reason to refuse when that is wanted."""

from __future__ import annotations

from voiceagent.emulators.lint.findings import KEPT, Findings
from voiceagent.emulators.lint.rule import Breach, Finding


def test_a_finding_is_told_once_for_each_place_and_counted() -> None:
    heard: list[Finding] = []
    findings = Findings()
    findings.listen(heard.append)
    assert not findings
    for where in ("a", "a", "b"):
        assert findings.report([Breach("media-odd", "It has 3 bytes.")], where, b'{"Kind":  "AudioData"}') == ""
    assert [(one.where, one.frame, one.sentence) for one in heard] == [
        ("a", '{"Kind": "AudioData"}', "A sample has two bytes; this frame ends within one. It has 3 bytes."),
        ("b", '{"Kind": "AudioData"}', "A sample has two bytes; this frame ends within one. It has 3 bytes."),
    ]
    told = findings.json()
    assert [one["times"] for one in told["findings"]] == [2, 1]
    assert (told["strict"], told["more"], bool(findings)) == (False, 0, True)


def test_strictly_an_error_is_refused_with_its_sentence_and_a_warning_is_not() -> None:
    findings = Findings(strict=True)
    assert findings.report([Breach("media-case")], "a") == ""
    assert findings.report([Breach("media-case"), Breach("media-json")], "a") == "A media frame is one JSON object."
    assert findings.report([Breach("media-json")], "a") == "A media frame is one JSON object."


def test_a_long_frame_is_shown_by_its_beginning() -> None:
    findings = Findings()
    findings.report([Breach("media-json")], "a", "x" * 1000)
    findings.report([Breach("acs-https", frame="http://app")], "a", "the whole body")
    assert [len(one.frame) for one in findings.told] == [201, 10]


def test_what_is_shown_has_no_tokens_and_no_numbers() -> None:
    findings = Findings()
    for token in ("1", "2"):
        findings.report([Breach("media-json")], f"callback https://app/c?t={token}", b'[{"to":"+14255550100"}]')
    (told,) = findings.json()["findings"]
    assert (told["where"], told["frame"], told["times"]) == ("callback https://app/c?…", '[{"to":"…00"}]', 2)


def test_they_are_bounded() -> None:
    findings = Findings()
    for number in range(KEPT + 3):
        findings.report([Breach("media-json")], str(number))
    assert (len(findings.told), findings.more, len(findings._times)) == (KEPT, 3, KEPT)
    findings.report([Breach("media-json")], "0")
    assert (findings.json()["findings"][0]["times"], findings.more) == (2, 3)


def test_a_number_that_a_refusal_quotes_is_not_told() -> None:
    findings = Findings()
    findings.report([Breach("num-refused", "404/NotFound: +14255550123 is not yours.")], "a")
    assert findings.told[0].sentence.endswith("404/NotFound: …23 is not yours.")
