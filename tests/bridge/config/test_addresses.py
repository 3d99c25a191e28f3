"""Addresses that are none are told when settings are read, by their name, their value and what they should be."""

from __future__ import annotations

import pytest

from voiceagent.config.addresses import check_addresses, check_proxy, fault_of
from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError

FAR = "https://x.services.ai.azure.com"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("https://.services.ai.azure.com", "a part of its host's name is empty or longer than 63 letters"),
        (f"https://{'a' * 64}.example", "a part of its host's name is empty or longer than 63 letters"),
        ("https://host:abc", "its port is no number up to 65535"),
        ("https://host:65536", "its port is no number up to 65535"),
        ("https://[::1", "its brackets are not those of an IPv6 address"),
        ("https://<name>.azure.com", "its host's name holds what no name can"),
        ("https://", "it names no host"),
        ("https:///path", "it names no host"),
        ("ftp://host", "it does not begin with https:// or http://"),
        ("host:8080", "it does not begin with https:// or http://"),
        ("https://host ", "there is a blank in it"),
        ("https://a\nb.example", "there is a blank in it"),
    ],
)
def test_what_cannot_be_an_address_is_told_by_what_is_wrong_with_it(text: str, fault: str) -> None:
    assert fault_of(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example",
        "http://127.0.0.1:1",
        "http://[::1]:8080/v1",
        "https://voice_live:1/a?b=c",
        "https://bücher.example./",
    ],
)
def test_addresses_are_taken(text: str) -> None:
    assert fault_of(text) == ""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"engine": {"endpoint": "https://.services.ai.azure.com"}},
            "`engine.endpoint` is https://.services.ai.azure.com (here), which is no address: a part of its host's name ",
        ),
        ({"engine": {"azure_openai": {"endpoint": "https://h:abc"}}}, "`engine.azure_openai.endpoint` is https://h:abc (here)"),
        ({"thinker": {"base_url": "https://[::1"}}, "`thinker.base_url` is https://[::1 (here), which is no address: its "),
        ({"acs": {"connection_string": "endpoint=https://.x/;accesskey=a2V"}}, "`acs.connection_string` is https://.x/ (here)"),
        ({"acs": {"endpoint": "shop.communication.azure.com"}}, "`acs.endpoint` is shop.communication.azure.com (here)"),
        ({"bridge": {"public_url": "https://"}}, "`bridge.public_url` is https:// (here), which is no address"),
        ({"engine": {"endpoint": "https://me:s3cret@h:x"}}, "`engine.endpoint` is …@h:x (here), which is no "),
        ({"thinker": {"base_url": "https://me:s 3@cret@h"}}, "`thinker.base_url` is …@h (here), which is no address: there is"),
        ({"acs": {"endpoint": "me:s3cret@h"}}, "`acs.endpoint` is …@h (here), which is no address: it does not begin with "),
    ],
)
def test_a_setting_is_named_with_its_value_and_its_place(given: dict[str, object], told: str) -> None:
    with pytest.raises(UserError) as caught:
        check_addresses(Settings.model_validate(given), lambda _: "here")
    assert str(caught.value).startswith(told)
    assert caught.value.remedy.startswith("write it as ")


@pytest.mark.parametrize("endpoint", ["", "x.services.ai.azure.com", "wss://x.example/voice", "ws://127.0.0.1:9/v1"])
def test_an_engine_is_named_by_its_host_alone_too(endpoint: str) -> None:
    check_addresses(Settings.model_validate({"engine": {"endpoint": endpoint}}), lambda _: "here")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"https_proxy": "http://"}, "https_proxy is no address of a proxy: it names no host"),
        ({"HTTPS_PROXY": "ftp://h:1"}, "HTTPS_PROXY is no address of a proxy: it does not begin with https:// or http://"),
        ({"https_proxy": "http://me:s3cret@h:x"}, "https_proxy is no address of a proxy: its port is no number up to 65535"),
        (
            {"https_proxy": "me:s3cret@proxy:8080"},
            "https_proxy is no address of a proxy: it does not begin with https:// or http://",
        ),
        ({"https_proxy": "http://me:s3 cret@h:80"}, "https_proxy is no address of a proxy: there is a blank in it"),
        ({"https_proxy": "http://me:s3cret"}, "https_proxy is no address of a proxy: its port is no number up to 65535"),
        ({"https_proxy": "proxy:8080", "HTTPS_PROXY": "http://h:1"}, "https_proxy is no address of a proxy: it does not "),
        ({"https_proxy": "http://", "no_proxy": "x.services.ai.azure.com:80"}, "https_proxy is no address of a proxy: it"),
    ],
)
def test_a_proxy_that_is_none_is_told_before_a_far_engine_is_dialled_and_shows_no_password(
    environ: dict[str, str], told: str
) -> None:
    with pytest.raises(UserError) as caught:
        check_proxy(FAR, environ)
    assert str(caught.value).startswith(told)
    assert "cret" not in str(caught.value)
    assert caught.value.remedy.startswith("write it as http://HOST:PORT, or unset ")


@pytest.mark.parametrize(
    ("endpoint", "environ"),
    [
        (FAR, {"https_proxy": "http://proxy.example:8080"}),
        (FAR, {"https_proxy": "socks5://proxy.example:1080"}),
        (FAR, {"https_proxy": "http://", "no_proxy": ".azure.com"}),
        (FAR, {"https_proxy": "http://", "no_proxy": "x.services.ai.azure.com:443"}),
        ("x.services.ai.azure.com:8443", {"https_proxy": "http://", "NO_PROXY": "x.services.ai.azure.com:8443"}),
        (FAR, {"HTTPS_PROXY": "http://", "https_proxy": ""}),
        (FAR, {"http_proxy": "nonsense"}),
        ("http://127.0.0.1:9", {"https_proxy": "http://"}),
        ("", {"https_proxy": "http://"}),
    ],
)
def test_a_proxy_that_is_one_or_is_not_asked_for_is_no_matter(endpoint: str, environ: dict[str, str]) -> None:
    check_proxy(endpoint, environ)


def test_settings_with_an_address_that_is_none_are_not_read() -> None:
    with pytest.raises(UserError, match="is no address"):
        load_settings(None, environ={"AZURE_VOICELIVE_ENDPOINT": "https://[::1"})


def test_a_proxy_is_no_matter_to_those_who_only_read_settings() -> None:
    load_settings(None, environ={"AZURE_VOICELIVE_ENDPOINT": FAR, "https_proxy": "http://"})
