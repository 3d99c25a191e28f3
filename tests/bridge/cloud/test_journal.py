"""What was done, remembered through a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.cloud.journal import Journal, written
from voiceagent.cloud.resource import Resource
from voiceagent.errors import UserError

TOPIC = Resource("topic", "t", {"group": "g"}, {"tags": {"voiceagent": "x"}}, gives={"topic.name": "t"})


def journal(folder: Path, place: str = "here") -> Journal:
    return Journal(folder / "provision.jsonl", place=place)


def began(one: Journal, resource: Resource, at: float = 0.0, action: str = "create", **more: object) -> None:
    one.write("began", resource.key, at, action=action, resource=written(resource), **more)


def test_what_was_begun_is_ours_until_it_is_gone(tmp_path: Path) -> None:
    first = journal(tmp_path)
    began(first, TOPIC)
    began(first, Resource("acs", "a"), action="update")
    made = journal(tmp_path).made()
    assert [(one.key, one.at, "tags" in one.body, one.gives) for one in made] == [
        ("topic:t", {"group": "g"}, True, {"topic.name": "t"})
    ]
    first.write("done", "topic:t", 1, learned={"topic.group": "other"})
    assert journal(tmp_path).made()[0].gives == {"topic.name": "t", "topic.group": "other"}
    first.write("gone", "topic:t", 2)
    assert journal(tmp_path).made() == []


def test_another_subscriptions_entries_are_passed_over(tmp_path: Path) -> None:
    began(journal(tmp_path), TOPIC)
    assert journal(tmp_path, place="there").made() == []


def test_a_search_serves_until_it_expires_or_its_number_is_bought(tmp_path: Path) -> None:
    one = journal(tmp_path)
    assert one.search(0) == {}
    one.write("done", "search:US", 0, learned={"search.id": "s", "search.expires": "900"})
    assert (one.search(899)["search.id"], one.search(901)) == ("s", {})
    began(one, Resource("number", "US"), number="+1")
    assert one.search(899)["search.id"] == "s"
    one.write("done", "number:US", 1)
    assert one.search(899) == {}


def test_a_purchase_is_open_from_its_sending_until_its_end_is_known(tmp_path: Path) -> None:
    one = journal(tmp_path)
    assert (one.purchase_is_open(), one.bought()) == (False, "")
    began(one, Resource("number", "US"), number="+1")
    assert (one.purchase_is_open(), one.bought()) == (False, "+1")
    one.write("sent", "number:US", 1, action="create")
    one.write("answered", "number:US", 1, status=202)
    assert journal(tmp_path).purchase_is_open()
    one.write("refused", "number:US", 2, code="OutOfStock")
    assert not one.purchase_is_open()
    one.write("gone", "number:US", 3)
    assert one.bought() == ""


def test_a_line_that_a_crash_cut_off_did_not_happen_but_an_older_one_must_be_whole(tmp_path: Path) -> None:
    began(journal(tmp_path), TOPIC)
    path = tmp_path / "provision.jsonl"
    path.write_text(path.read_text() + '{"what": "go')
    assert len(journal(tmp_path).made()) == 1
    path.write_text('{"what": "go\n' + json.dumps({"what": "gone", "at": 0, "key": "k", "place": "here"}) + "\n")
    with pytest.raises(UserError, match=r"provision\.jsonl:1 is no line"):
        journal(tmp_path)
