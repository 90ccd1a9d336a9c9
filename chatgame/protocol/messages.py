"""Messages: JSON objects told apart by their `type`, each field strictly typed and bounded.

    hello   who I am and what I hold; the first message from each side, the client's first
    turn    one turn of the log
    alive   nothing to say, still here
    pair    a step of pairing, before the hello, between programs that do not know each other yet
    watch   in place of a hello: I want to watch, and what I hold
    view    what a watcher's log begins with, or that it goes on
    watchers  how many watch, and the code for more
    bye     the last message, out of turn: why I leave

The protocol can grow. Messages of a type that this version does not know are passed over, and so are unknown fields,
but not in turns, where the digest covers everything. `type` and `protocol` are read first, so that a hello of another
major version gets an answer, whatever else is in it.
"""

import re
from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import DecodeError, Meta, Struct, ValidationError, json

from chatgame.core.errors import InvalidMessage
from chatgame.core.limits import (
    MAX_FEATURES,
    MAX_GAMES,
    MAX_GOODBYE,
    MAX_NAME,
    MAX_NESTING,
    MAX_PERSON,
    MAX_REASON,
    MAX_RELAY,
    MAX_VERSION,
    MAX_WATCHERS,
)
from chatgame.core.seats import Seat
from chatgame.core.turn import Count, Turn

PROTOCOL = "1.0"
"""The version spoken here, major.minor; peers with the same major version understand each other."""

WATCHER: Final = "watcher"
"""The role of a connection whose dialler has no seat."""


Hex32 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Name = Annotated[str, Meta(pattern=rf"\A[a-z0-9_-]{{1,{MAX_NAME}}}\Z")]
PersonName = Annotated[str, Meta(max_length=MAX_PERSON)]
Version = Annotated[str, Meta(pattern=r"\A[0-9]{1,4}\.[0-9]{1,4}\Z")]


class Hello(Struct, frozen=True, tag="hello", tag_field="type"):
    """Who I am and what I hold.

    Attributes:
        protocol: the version spoken, major.minor.
        seat: where the sender sits.
        nonce: 32 random bytes in hexadecimal, new in each hello.
        session: the session to go on with, 32 bytes in hexadecimal; absent in the two hellos that open one.
        turns: how many turns of that session the sender holds.
        digest: the digest of the last of them; absent where there is none.
        token: the client's proof that it began the session, see `chatgame.protocol.resume`; without it there is no
            coming back.
        games: the games that the sender has, each with the version of its rules.
        features: what the sender knows of that is not in every program of this major version. One is used only where
            both sides list it.
        name: what the sender's player wants to be called; empty where they did not say.
    """

    protocol: Version
    seat: Seat
    nonce: Hex32
    games: Annotated[dict[Name, Annotated[int, Meta(ge=1, le=MAX_VERSION)]], Meta(max_length=MAX_GAMES)]
    session: Hex32 | None = None
    turns: Count = 0
    digest: Hex32 | None = None
    token: Hex32 | None = None
    name: PersonName = ""
    features: Annotated[list[Name], Meta(max_length=MAX_FEATURES)] = []


class Alive(Struct, frozen=True, tag="alive", tag_field="type"):
    """Nothing to say, still here."""


class Pair(Struct, frozen=True, tag="pair", tag_field="type", omit_defaults=True):
    """A step of pairing, before the hello or the watch; see `chatgame.protocol.pairing`.

    Attributes:
        value: in hexadecimal, first each side's message of SPAKE2, 33 bytes, then each side's proof, 32 bytes.
        role: what the side that dials wants; it counts in the first message.
    """

    value: Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{64}|[0-9a-f]{66})\Z")]
    role: Literal["client", "watcher"] = "client"


class Watch(Struct, frozen=True, tag="watch", tag_field="type"):
    """In place of a hello: I want to watch. It names no seat, no token and no game.

    Attributes:
        protocol: the version spoken, major.minor.
        session: the session that was watched before, or None.
        turns: how many turns of that session's log the watcher has come to.
        digest: the digest of the last of them, or the one that its log began at.
        badge: what the server gave it then, which lets it in again without a code.
    """

    protocol: Version
    session: Hex32 | None = None
    turns: Count = 0
    digest: Hex32 | None = None
    badge: Hex32 | None = None


class Start(Struct, frozen=True):
    """Where a watcher's log begins: between games, and not checked by anything.

    Attributes:
        number: of the next turn.
        seat: who writes it.
        digest: of the turn before it.
        matches: how many matches were opened.
        score: how many of them the client and the server have won, and how many were drawn.
    """

    number: Count
    seat: Seat
    digest: Hex32
    matches: Count
    score: tuple[Count, Count, Count]


class View(Struct, frozen=True, tag="view", tag_field="type"):
    """The answer to a `watch`.

    Attributes:
        session: the session's identifier.
        turns: how many turns its log has.
        client, server: what the two players want to be called, or nothing.
        start: where the watcher's log begins; None where it goes on with what it has.
        badge: lets this watcher in again without a code; None where nobody needs one.
        place: where it finds the server again at a relay; the players meet elsewhere. None without a badge.
    """

    session: Hex32
    turns: Count
    client: PersonName = ""
    server: PersonName = ""
    start: Start | None = None
    badge: Hex32 | None = None
    place: Hex32 | None = None


class Watchers(Struct, frozen=True, tag="watchers", tag_field="type"):
    """What the side that lets watchers in tells the other about them.

    Attributes:
        since: the number of the first turn that they get, by which one agreement is told from another.
        count: how many watch now.
        code: what lets more of them in; empty where they need none. It has the form of a code and no other, since
            people copy it into a shell.
        relay: the one that has given the code its number, as people type it; empty on a direct line. It may be
            anything, so it is only held against the relays that one knows.
        burned: whether the code is not valid any more, since too many wrong ones were tried.
    """

    since: Count
    count: Annotated[int, Meta(ge=0, le=MAX_WATCHERS)]
    code: Annotated[str, Meta(pattern=r"\A(?:[1-9][0-9]{0,8}-[a-z]{1,16}-[a-z]{1,16})?\Z")] = ""
    relay: Annotated[str, Meta(max_length=MAX_RELAY)] = ""
    burned: bool = False


class Reason(StrEnum):
    """Why a peer says goodbye out of turn."""

    LEFT = "left"
    TAKEN = "taken"
    VERSION = "version"
    UNKNOWN = "unknown"
    DIVERGED = "diverged"
    GAMES = "games"
    REFUSED = "refused"
    UNWATCHED = "unwatched"
    BEHIND = "behind"


class Bye(Struct, frozen=True, tag="bye", tag_field="type"):
    """The last message, out of turn.

    Attributes:
        reason: a `Reason`, or one that a later version has added.
        text: a sentence for the partner's user, where the reason does not say all.
    """

    reason: Annotated[str, Meta(max_length=MAX_REASON)]
    text: Annotated[str, Meta(max_length=MAX_GOODBYE)] = ""


Message = Hello | Turn | Alive | Bye | Pair | Watch | View | Watchers


class Foreign(Struct, frozen=True):
    """The hello of another major version, or the `watch`, of which nothing else is known."""

    protocol: Version
    kind: type[Hello] | type[Watch] = Hello


class _Head(Struct):
    """What every message can be told apart by, in every version."""

    type: str
    protocol: Version | None = None


_TURN = b'{"type":"turn",'
"""How nearly every message begins."""

_TYPES = frozenset(("hello", "turn", "alive", "bye", "pair", "watch", "view", "watchers"))

_encoder = json.Encoder()
_decoder: json.Decoder[Message] = json.Decoder(Message)
_head_decoder = json.Decoder(_Head)


def encode(message: Message) -> bytes:
    """The message as one JSON object in UTF-8."""
    return _encoder.encode(message)


def decode(payload: bytes) -> Message | Foreign | None:
    """Read one message; None stands for one of a type that this version does not know.

    Raises:
        InvalidMessage: `payload` is not UTF-8, not JSON, or not a message; the text says what is wrong.
    """
    turn = payload.startswith(_TURN)  # none of its fields nests, so the decoder stops at the first bracket
    try:
        if not turn:
            _check_nesting(payload)
        try:
            message: Message | Foreign | None = _decoder.decode(payload)
        except ValidationError as error:
            if turn:
                raise
            message = _unknown(_head_decoder.decode(payload), error)
        # A turn has eleven strings; with no escapes among them, the quotes show that no field came twice. To read the
        # JSON again for that would take eight times as long. What we would write in the same bytes is good as well.
        simple = isinstance(message, Turn) and payload.count(b'"') == 22
        if not simple and (isinstance(message, Foreign | None) or _encoder.encode(message) != payload):
            from json import loads  # which takes as long to import as this whole file

            loads(payload.decode(), object_pairs_hook=_without_duplicates)
    except (DecodeError, ValueError) as error:
        raise InvalidMessage(f"{len(payload)} bytes are not a message ({str(error)[:100]})") from error
    if isinstance(message, Hello | Watch) and not _is_understood(message.protocol):
        return Foreign(message.protocol, type(message))
    return message


def _unknown(head: _Head, error: ValidationError) -> Foreign | None:
    """What a message is that this version cannot read, if it need not; raises `error` if it has to."""
    if head.type not in _TYPES:
        return None
    if head.type in ("hello", "watch") and head.protocol and not _is_understood(head.protocol):
        return Foreign(head.protocol, Hello if head.type == "hello" else Watch)
    raise error


def _is_understood(protocol: str) -> bool:
    return protocol.partition(".")[0] == PROTOCOL.partition(".")[0]


def _check_nesting(payload: bytes) -> None:
    """Check how deep the JSON goes, before a parser that recurses sees it.

    Few messages have more brackets than they may have levels, and only those are read for it. A string without an end
    reaches to the end of the message, so that nothing is read twice.
    """
    if payload.count(b"{") + payload.count(b"[") <= MAX_NESTING:
        return
    depth = 0
    for bracket in re.findall(rb'"(?:[^"\\]|\\.)*+"?|[][{}]', payload, re.DOTALL):
        if bracket in b"[{":
            depth += 1
            if depth > MAX_NESTING:
                raise ValueError(f"its JSON is nested more than {MAX_NESTING} levels deep")
        elif bracket in b"]}":
            depth -= 1


def _without_duplicates(fields: list[tuple[str, object]]) -> None:
    """JSON leaves open which of two fields of one name counts (RFC 8259, 4), so two programs might disagree."""
    if len({name for name, _ in fields}) < len(fields):
        raise ValueError("a field came twice")
