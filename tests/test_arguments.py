"""What people type after `chatgame`."""

import subprocess

import pytest

from chatgame.arguments import read_arguments
from chatgame.where import Where, read_where, relay_at
from tests.kit.command import COMMAND

CODE = "7-guitar-island"


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ([], Where()),
        (["example.org"], Where("example.org")),
        (["example.org:2000"], Where("example.org", 2000)),
        ([":2000"], Where(None, 2000)),
        (["192.0.2.2"], Where("192.0.2.2")),
        (["192.0.2.2:2000"], Where("192.0.2.2", 2000)),
        (["::1"], Where("::1")),
        (["[::1]"], Where("::1")),
        (["[::1]:2000"], Where("::1", 2000)),
        (["[fe80::1%eth0]:2000"], Where("fe80::1%eth0", 2000)),
        ([CODE], Where(code=CODE)),
        (["192.0.2.2", CODE], Where("192.0.2.2", code=CODE)),
        ([CODE, "192.0.2.2"], Where("192.0.2.2", code=CODE)),
        (["[::1]:2000", "7", "Guitar", "Island."], Where("::1", 2000, CODE)),
        (["7", "-", "guitar", "-", "island"], Where(code=CODE)),
        (["7 guitar", "island", "example.org"], Where("example.org", code=CODE)),
        (["7-guitar"], Where("7-guitar")),  # not a code, so a host
    ],
)
def test_what_has_the_form_of_a_code_is_a_code_and_all_else_a_host(words: list[str], where: Where) -> None:
    """They may stand in any order."""
    assert read_where(words) == where


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["a", "b"], '"a b" is not one host. A code is a number and two words, as in 7-guitar-island'),
        (["a"] * 2000, "2000 words are not a host and a code"),
        (["a:" + "9" * 5000], "is not a port"),
        ([CODE, "7-guitar-garden"], '"7-guitar-garden" is a second code'),
        (["192.0.2.2", "7-guitar"], '"192.0.2.2 7-guitar" is not one host'),
        (["example.org:port"], "port is not a port"),
        (["\udcff"], "is not a host, since it is not UTF-8 text"),
        (["[::1]2000"], "written as in"),
    ],
)
def test_words_that_cannot_be_understood_are_refused_before_anything_is_sent(words: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_where(words)


@pytest.mark.parametrize(
    ("line", "host", "port", "code"),
    [
        ("client", "localhost", 1059, None),
        ("client --port 0", "localhost", 0, None),
        (f"client --host 192.0.2.2 {CODE}", "192.0.2.2", 1059, CODE),
        (f"client 192.0.2.2 --name Anna {CODE} --port 2000", "192.0.2.2", 2000, CODE),
        ("client --new 7 guitar --plain island", "localhost", 1059, CODE),
        ("client 192.0.2.2:2000 --port 2000 --host 192.0.2.2", "192.0.2.2", 2000, None),
    ],
)
def test_client_takes_words_and_options_in_any_order(line: str, host: str, port: int, code: str | None) -> None:
    """What is not named is the default."""
    options = read_arguments(line.split())
    assert (options.host, options.port, options.code) == (host, port, code)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("client a --host b", "The host is named twice, as a and as b."),
        ("client a:1 --port 2", "The port is named twice, as 1 and as 2."),
        (f"client {CODE} --insecure", "A code is of no use with --insecure."),
        ("client a --frob", '"--frob" is not understood here.'),
        ("client \x1b[2J x", "is not one host"),
        ("client --host \udcff", "is not a host, since it is not UTF-8 text"),
        ("server --relay \udcff", "is not a host, since it is not UTF-8 text"),
        ("Server", "Did you mean chatgame server?"),
        ("rm 3", "Did you mean chatgame forget?"),
    ],
)
def test_mistake_is_one_line_with_status_2(line: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It names no class of Python, and does nothing to a terminal."""
    with pytest.raises(SystemExit) as end:
        read_arguments(line.split(" "))
    assert end.value.code == 2
    complaint = capsys.readouterr().err
    assert words in complaint
    assert complaint.endswith(" --help.\n")
    assert complaint.removesuffix("\n").isprintable()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["client", "--port", "1"], 1, "chatgame: Nobody is listening at localhost on port 1."),
        (
            ["client", "--insecure", "--host", "no.such.host.invalid"],
            1,
            'chatgame: There is no host by the name "no.such.host.invalid".',
        ),
        (["client", "--port", "70000"], 2, "70000 is not a port. A port is a number from 0 to 65535."),
        (["client", "--port", "x"], 2, "x is not a port"),
        (["server", "--port", "-1"], 2, "-1 is not a port"),
        (["dance"], 2, 'chatgame: There is no command "dance". The commands are solo, server'),
        (["serve"], 2, 'chatgame: There is no command "serve". Did you mean chatgame server? See chatgame --help.\n'),
        (["connect"], 2, "Did you mean chatgame client?"),
        (["server", "now"], 2, 'chatgame server: "now" is not understood here. See chatgame server --help.\n'),
        (["client", "9-medicine", "--insecure", "9-a-b"], 2, "chatgame client: A code is of no use with --insecure."),
        ([], 0, "usage: chatgame"),
        (["--help"], 0, "chatgame server --host 0.0.0.0"),
        (["help", "client"], 0, "chatgame client 192.0.2.2 7-guitar-island"),
        (["help", "export"], 0, "Write a conversation out as text, JSON or a recording."),
        (["--version"], 0, "chatgame 1."),
    ],
)
def test_wrong_usage_and_failures_are_one_clear_line(arguments: list[str], status: int, words: str) -> None:
    """The exit status fits."""
    process = subprocess.run(
        [*COMMAND, *arguments], check=False, capture_output=True, text=True, stdin=subprocess.PIPE, timeout=10
    )
    assert process.returncode == status
    assert words in process.stdout + process.stderr
    assert "Traceback" not in process.stderr
    assert process.stderr.count("\n") == bool(status)


@pytest.mark.parametrize(
    ("line", "relays", "code"),
    [
        ("server --relay example.org", ["example.org"], None),
        (
            "server --relay example.org:2000 --relay [::1]:99 --relay ::1",
            ["example.org:2000", "[::1]:99", "::1"],
            None,
        ),
        (f"client --relay Example.ORG. {CODE}", ["example.org"], CODE),
        ("client 7 guitar --relay example.org island", ["example.org"], CODE),
        ("client --relay example.org", ["example.org"], None),
        ("continue 3 --relay localhost", ["localhost"], None),
        ("continue 3", [], None),
        ("client", [], None),
    ],
)
def test_relays_are_named_one_by_one(line: str, relays: list[str], code: str | None) -> None:
    """Their usual port is 1060."""
    options = read_arguments(line.split())
    assert [str(relay) for relay in options.relay] == relays
    assert getattr(options, "code", None) == code


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "server --relay a --insecure",
            "Over a relay everything is encrypted: --insecure cannot stand beside --relay",
        ),
        (f"client --relay a {CODE} --insecure", "Over a relay everything is encrypted"),
        ("server --relay a --host 0.0.0.0", "the relay's address is the only one that counts"),
        ("server --relay a --port 0", "the relay's address is the only one that counts"),
        ("client --relay a --port 2000", "the relay's address is the only one that counts"),
        (
            "client --relay a b",
            '"b" is not a code, which is a number and two words, as in 7-guitar-island. With --relay',
        ),
        (f"client --relay a b {CODE}", "only a code is named, without a host."),
        ("server --relay :99", '":99" is not a relay. Write it as in example.org or example.org:2000.'),
        ("server --relay a:b", "b is not a port"),
        ("replay", "the following arguments are required: N."),
        ("resume 3", "Did you mean chatgame continue?"),
    ],
)
def test_mistake_with_relays_is_one_line_with_status_2(
    line: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        read_arguments(line.split())
    assert end.value.code == 2
    assert words in capsys.readouterr().err


RELAYS = {"relay": ["relay.example", "other.example:2000"]}


@pytest.mark.parametrize("line", ["server --relay", "client 7-guitar-island"])
def test_relay_that_is_set_is_used_where_it_is_asked_for(line: str) -> None:
    """A code alone cannot be one of a server on this computer, which shows none."""
    options = read_arguments(line.split(), RELAYS)
    assert options.relay == [relay_at(relay) for relay in RELAYS["relay"]]


@pytest.mark.parametrize(
    "line",
    [
        *("server", "client", "client --port 2000", "client example.org 7-guitar-island"),
        *("client :2000 7-guitar-island", "client --host example.org 7-guitar-island"),
    ],
)
def test_relay_that_is_set_changes_nothing_else(line: str) -> None:
    assert read_arguments(line.split(), RELAYS) == read_arguments(line.split())
    assert read_arguments(line.split(), RELAYS).relay == []


def test_relay_that_is_named_wins_over_the_one_that_is_set() -> None:
    named = read_arguments(["server", "--relay", "third.example"], RELAYS)
    assert named.relay == [relay_at("third.example")]
    assert read_arguments(["client", "--relay", "third.example", "7-guitar-island"], RELAYS).relay == named.relay


@pytest.mark.parametrize("settings", [{}, {"relay": []}, {"relay": ["relay.example:x"]}])
def test_relay_that_is_not_set_or_wrong_is_one_clear_line(
    settings: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["server", "--relay"], settings)
    assert capsys.readouterr().err.count("\n") == 1
