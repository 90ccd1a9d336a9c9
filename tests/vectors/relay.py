"""The lines of a leg and a relay, and what they say; for others, that nothing is said."""

from collections.abc import Iterator
from typing import Any

TICKET, PLACE = "0123456789abcdef" * 2, "0123456789abcdef" * 4

FROM_LEGS: dict[str, dict[str, Any]] = {
    "chatgame-relay 1 host": {"says": "host"},
    f"chatgame-relay 1 host 7 {TICKET}": {"says": "host", "number": 7, "ticket": TICKET},
    f"chatgame-relay 1 host 999999999 {TICKET}": {"says": "host", "number": 999999999, "ticket": TICKET},
    f"chatgame-relay 1 host {PLACE}": {"says": "host", "place": PLACE},
    f"chatgame-relay 1 host {'1' * 64}": {"says": "host", "place": "1" * 64},
    "chatgame-relay 1 join 7": {"says": "join", "number": 7},
    f"chatgame-relay 1 join {PLACE}": {"says": "join", "place": PLACE},
    "ready": {"says": "ready"},
    "chatgame-relay 2": {"says": "version", "version": 2},
    "chatgame-relay 2 host": {"says": "version", "version": 2},
    "chatgame-relay 10 sing AND dance!": {"says": "version", "version": 10},
    f"chatgame-relay 2 {'x' * 110}": {"says": "version", "version": 2},
}

FROM_RELAYS: dict[str, dict[str, Any]] = {
    f"number 7 {TICKET}": {"says": "number", "number": 7, "ticket": TICKET},
    "wait": {"says": "wait"},
    "ready?": {"says": "ready?"},
    "joined": {"says": "joined"},
    "nobody": {"says": "nobody"},
    "at relay2.example.org:1060": {"says": "at", "host": "relay2.example.org", "port": 1060},
    "at 192.0.2.7:1": {"says": "at", "host": "192.0.2.7", "port": 1},
    "at [2001:db8::7]:65535": {"says": "at", "host": "2001:db8::7", "port": 65535},
    f"at {'a' * 119}:1060": {"says": "at", "host": "a" * 119, "port": 1060},
    "busy 1": {"says": "busy", "seconds": 1},
    "busy 3600": {"says": "busy", "seconds": 3600},
    "closing": {"says": "closing"},
    "version 1": {"says": "version", "version": 1},
}

NOT_OF_LEGS = (
    *(
        "",
        " ",
        "\r",
        "GET / HTTP/1.1\r",
        "ready\r",
        " ready",
        "ready ",
        "READY",
        "ready ready",
        "\x00",
        "\x16\x03\x01",
    ),
    *("chatgame-relay", "chatgame-relay 1", "chatgame-relay 1 ", "chatgame-relay 1 sing", "chatgame-relay 1 HOST"),
    *("chatgame-relay 0 host", "chatgame-relay 01 host", "chatgame-relay -1 host", "chatgame-relay 2host"),
    *("chatgame-relay  1 host", "chatgame-relay 1 host ", "chatgame-relay 1 host\r", "chatgame-relay\t1 host"),
    *("chatgame-relay 1 host 7", f"chatgame-relay 1 host 7  {TICKET}", f"chatgame-relay 1 host 7 {TICKET} 7"),
    *(
        f"chatgame-relay 1 host 7 {TICKET[1:]}",
        f"chatgame-relay 1 host 7 {TICKET}0",
        f"chatgame-relay 1 host {TICKET}",
    ),
    *(f"chatgame-relay 1 host 7 {TICKET.upper()}", f"chatgame-relay 1 host 07 {TICKET}"),
    *(f"chatgame-relay 1 host 0 {TICKET}", f"chatgame-relay 1 host 1000000000 {TICKET}"),
    *(
        f"chatgame-relay 1 host {PLACE} 7",
        f"chatgame-relay 1 host {PLACE.upper()}",
        f"chatgame-relay 1 host {PLACE}0",
    ),
    *("chatgame-relay 1 join", f"chatgame-relay 1 join 7 {TICKET}", "chatgame-relay 1 join -7"),
    *("chatgame-relay 1 join 1000000000", "chatgame-relay 1 join 7-guitar-island"),
    *(f"chatgame-relay 2 {'x' * 111}", f"chatgame-relay 1 host{' ' * 200}"),
)

NOT_OF_RELAYS = (
    *("", "\r", "HTTP/1.1 400 Bad Request\r", "wait\r", "wait ", "WAIT", "joined 7", "\x16\x03\x01", "number"),
    *("number 7", f"number 0 {TICKET}", f"number 07 {TICKET}", f"number 7 {TICKET.upper()}", f"number 7 {TICKET}0"),
    *("at", "at :1060", "at host", "at host:", "at host:0", "at host:01", "at host:65536", "at a b:1060"),
    *("at [::1]", "at ::1:1060", "at [host]:1060", "at [::1:1060", f"at {'a' * 120}:1060"),
    *("busy", "busy 0", "busy 01", "busy 3601", "busy 1.5", "busy -1", "version", "version 0", "version one"),
)


def lines() -> Iterator[dict[str, Any]]:
    """Of each line: who says it, the text without its line feed, and what it says."""
    for who, said, not_said in (("leg", FROM_LEGS, NOT_OF_LEGS), ("relay", FROM_RELAYS, NOT_OF_RELAYS)):
        for line, words in said.items():
            yield {"from": who, "line": line} | words
        for line in dict.fromkeys(not_said):
            yield {"from": who, "line": line, "says": None}
