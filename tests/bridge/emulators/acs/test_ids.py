"""Identifiers look like the service's and repeat with a seed."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, urlsafe_b64decode
from uuid import UUID

from voiceagent.emulators.acs.ids import Ids


def test_the_same_seed_gives_the_same_identifiers() -> None:
    first, second, other = Ids(1), Ids(1), Ids(2)
    made = [ids.guid() + ids.server_call_id() + ids.incoming_call_context() + ids.document_id() for ids in (first, second)]
    assert made[0] == made[1]
    assert other.guid() != Ids(1).guid()
    assert Ids().guid() != Ids().guid()


def test_a_guid_is_a_random_uuid() -> None:
    assert UUID(Ids(1).guid()).version == 4


def test_a_server_call_id_is_the_base64_of_an_address() -> None:
    assert b64decode(Ids(1).server_call_id(), validate=True).startswith(b"https://api.flightproxy.skype.com/api/v2/cp/conv-")


def test_an_incoming_call_context_is_an_unsigned_token_of_some_kilobytes() -> None:
    head, claims, signature = Ids(1).incoming_call_context().split(".")
    assert json.loads(urlsafe_b64decode(head + "==")) == {"alg": "none", "typ": "JWT"}
    assert len(gzip.decompress(b64decode(json.loads(urlsafe_b64decode(claims + "=="))["cc"]))) == 1_700
    assert signature == ""
    assert 2_000 < len(claims) < 10_000


def test_an_access_key_is_base64_of_64_bytes() -> None:
    assert len(b64decode(Ids(1).access_key(), validate=True)) == 64
