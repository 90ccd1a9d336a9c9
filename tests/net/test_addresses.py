"""Addresses: one place has one name, and it is known which places are on this computer."""

import errno
import os
import shlex
import socket

import pytest

from chatgame.net.addresses import canonical, is_loopback, not_found, typed, what_failed
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


def test_name_that_cannot_be_looked_up_may_be_right() -> None:
    """There is no network, so nobody can tell."""
    away = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    wrong = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert not_found("a.example", away, "--relay") == (
        'The name "a.example" cannot be looked up now. Check the network, or --relay.'
    )
    assert not_found("a.example", wrong, "--host") == 'There is no host by the name "a.example". Check --host.'


def test_failed_connection_is_explained_without_the_address_as_python_writes_it() -> None:
    code = errno.ENETUNREACH
    assert what_failed(OSError(code, "Connect call failed ('192.0.2.5', 1060)")) == os.strerror(code)
    assert what_failed(OSError(code, "A sentence of the system's")) == "A sentence of the system's"
