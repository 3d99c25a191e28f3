"""A bridge that moves: new calls are told the new address, and the old ones are not forgotten."""

from __future__ import annotations

from voiceagent.protocol.public_address import PublicAddress
from voiceagent.server.public import Public


def test_what_begins_after_a_move_is_told_the_new_address() -> None:
    public = Public("https://one.example/")
    assert (public.http("/events"), public.ws("/media/1/t")) == ("https://one.example/events", "wss://one.example/media/1/t")
    public.move(PublicAddress("https://two.example", "wss://sockets.example{path}?x=1"))
    assert (public.http("/events"), public.ws("/media/1/t")) == (
        "https://two.example/events",
        "wss://sockets.example/media/1/t?x=1",
    )
    assert public.urls == ("https://two.example", "https://one.example")


def test_the_same_address_again_is_no_move_and_no_address_none_to_remember() -> None:
    public = Public("")
    public.move(PublicAddress("https://one.example"))
    public.move(PublicAddress("https://one.example"))
    assert public.urls == ("https://one.example",)


def test_only_the_last_addresses_are_remembered() -> None:
    public = Public("https://0.example")
    for number in range(1, 20):
        public.move(PublicAddress(f"https://{number}.example"))
    assert public.urls == tuple(f"https://{number}.example" for number in range(19, 10, -1))


def test_the_paths_of_calls_begin_with_the_replicas_own() -> None:
    public = Public("https://one.example")
    public.door = "/at/here"
    assert (public.http("/hold/1/t"), public.ws("/media/1/t")) == (
        "https://one.example/at/here/hold/1/t",
        "wss://one.example/at/here/media/1/t",
    )


def test_a_revision_of_a_container_app_is_called_by_the_apps_name_too() -> None:
    revision = "https://shop--r1a2b.happy-hill.swedencentral.azurecontainerapps.io"
    assert Public(revision).urls == (revision, "https://shop.happy-hill.swedencentral.azurecontainerapps.io")
    assert Public("https://a--b.example.com").urls == ("https://a--b.example.com",)
