"""Addresses: one place has one name, and it is known which places are on this computer."""

import shlex

import pytest

from chatgame.net.addresses import canonical, is_loopback, typed
from chatgame.where import Where, read_where


@pytest.mark.parametrize(
    "host",
    ["localhost", "Localhost", "LOCALHOST.", "127.0.0.1", "127.1", "127.0.1", "::ffff:127.0.0.1", "[::ffff:7f00:1]"],
)
def test_localhost_has_one_name_however_it_is_written(host: str) -> None:
    assert canonical(host) == "localhost"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("[::1]", "::1"),
        ("0:0::1", "::1"),
        ("Example.COM.", "example.com"),
        ("127.0.0.2", "127.0.0.2"),
        ("192.168.1", "192.168.0.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::", "::"),
        ("0.0.0.0", "0.0.0.0"),  # noqa: S104  # nobody listens
        ("10.example", "10.example"),
        ("", ""),
    ],
)
def test_other_hosts_have_one_name_each(host: str, name: str) -> None:
    assert canonical(host) == name
    assert canonical(name) == name


@pytest.mark.parametrize("host", ["localhost", "Localhost", "127.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_loopback_is_known_in_every_form(host: str) -> None:
    assert is_loopback(canonical(host))


@pytest.mark.parametrize("host", ["192.168.0.1", "::", "0.0.0.0", "example.com", "localhost.example", "1.2.3.4"])  # noqa: S104
def test_what_others_can_reach_is_not_loopback(host: str) -> None:
    assert not is_loopback(canonical(host))


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("192.0.2.2", 1059, "192.0.2.2"),
        ("example.org", 2000, "example.org:2000"),
        ("2001:db8::1", 1059, "2001:db8::1"),
        ("2001:db8::1", 2000, "'[2001:db8::1]:2000'"),
    ],
)
def test_address_that_people_read_is_what_they_type(host: str, port: int, address: str) -> None:
    """A shell passes it on unchanged, and the client reads the same host and port from it."""
    assert typed(host, port) == address
    where = read_where(shlex.split(address))
    assert where == Where(host, None if port == 1059 else port)
