"""Test vectors for those who write a partner in another language: `python -m tests.vectors` makes the files anew.

The examples are stated here, with what has to come of them. Digests of logs are the table's own, and commitments
those of `chatgame.core.commitments`; `tests/protocol/test_vectors.py` computes both again from the protocol's README.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.limits import CHAIN
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.turn import Kind
from chatgame.protocol.resume import token
from tests.kit.logs import EMPTY, SESSION
from tests.vectors import programs, relay
from tests.vectors.cards import card_logs, deck_vectors, text_of
from tests.vectors.connections import greetings, pairings, sessions

FOLDER = Path(__file__).parent
Vector = dict[str, Any]

HEX = "0123456789abcdef" * 4
HELLO: Vector = {"type": "hello", "protocol": "1.0", "seat": "client", "nonce": HEX, "games": {"tictactoe": 1}}
FULL: Vector = HELLO | {
    "seat": "server",
    "nonce": HEX,
    "session": HEX,
    "turns": 3,
    "digest": HEX,
    "token": HEX,
    "name": "Anna",
    "features": ["draughts"],
}
TURN: Vector = {"type": "turn", "number": 0, "seat": "client", "kind": "say", "text": "Hello", "digest": HEX}
BYE: Vector = {"type": "bye", "reason": "left"}
PAIR: Vector = {"type": "pair", "value": HEX}
WATCH: Vector = {"type": "watch", "protocol": "1.0"}
CAME: Vector = {"session": HEX, "turns": 3, "digest": HEX, "badge": HEX}
VIEW: Vector = {"type": "view", "session": HEX, "turns": 5}
WHOLE: Vector = {
    "client": "Ben",
    "server": "Anna",
    "start": {"number": 3, "seat": "server", "digest": HEX, "matches": 2, "score": [1, 0, 1]},
    "badge": HEX,
    "place": HEX,
}
WATCHERS: Vector = {"type": "watchers", "since": 3, "count": 20}
WRONGLY_WATCHED: dict[str, Vector] = {
    "watch with a digest that is none": WATCH | {"digest": "x"},
    "watch with a badge that is none": WATCH | {"badge": HEX.upper()},
    "watch with a negative number": WATCH | {"turns": -1},
    "view without a number of turns": {"type": "view", "session": HEX},
    "view without a session": {"type": "view", "session": None, "turns": 5},
    "view with a start for nobody": VIEW | {"start": WHOLE["start"] | {"seat": "watcher"}},
    "view with a score of two numbers": VIEW | {"start": WHOLE["start"] | {"score": [1, 0]}},
    "view with a name that is too long": VIEW | {"client": "x" * 25},
    "view with a place that is none": VIEW | {"place": ""},
    "watchers, one too many": WATCHERS | {"count": 21},
    "watchers with a code that is a command": WATCHERS | {"code": "7-guitar-island; reboot"},
    "watchers with a relay that is too long": WATCHERS | {"relay": "x" * 261},
    "watchers of whom a number are burned": WATCHERS | {"burned": 1},
    "watchers since before the beginning": WATCHERS | {"since": -1},
    "pair of somebody else": PAIR | {"role": "server"},
}
DEFAULTS: dict[str, Vector] = {
    "hello": {"session": None, "turns": 0, "digest": None, "token": None, "name": "", "features": []},
    "turn": {},
    "alive": {},
    "pair": {},
    "bye": {"text": ""},
}


def files() -> dict[str, str]:
    """Each file's name and text."""
    made: dict[str, tuple[str, Vector, Iterator[Any]]] = {
        "frames": (
            "Bytes from the stream, in hexadecimal: what messages are in them, and whether what is behind these is "
            "refused, is part of a frame that is not whole yet, or is nothing.",
            {},
            _frames(),
        ),
        "messages": (
            "What is in one frame: a text, sent in UTF-8, or bytes in hexadecimal. Then the message that it is, with "
            "what was left out filled in and unknown fields passed over; or what becomes of it: refused, passed "
            "over, another version.",
            {},
            _messages(),
        ),
        "logs": (
            "Whole logs, turn by turn, from number 0; both sides have all the games. Of each turn: seat, kind, text, "
            "digest, the position that it covers, who writes next, and where they are: who won the match that ended "
            "by it (or draw), or at which match and ply it commits. Then turns that are refused: "
            "after how many of the log, seat, kind, text, and what is wrong: seat, kind (not due, or one too many), "
            "text (its length), game (or its options), move (or answer), contribution, commitment, reveal, offer, "
            "response, watching, answer (to whether people may watch is due), cards (a shuffle, a share or a proof), "
            "number (one too high), digest (its first digit). All else in them is right, but their digest covers the "
            "position before them.",
            {"session": SESSION},
            _logs(),
        ),
        "commitments": (
            "A salt in hexadecimal and a value, where they are committed to, and the commitment.",
            {},
            _commitments(),
        ),
        "decks": (
            "Faces of cards; points that are refused; a lock on a point, and the inverse of its key; the key and the "
            "order that a seed gives (at each place, which of the cards before the shuffle comes there). Then a "
            "deck: both shuffles, the share of the first card by the seat that locked last, what that card is, and "
            "the share by which the other seat proves it; these are written as in turns, all else in hexadecimal.",
            {},
            deck_vectors(),
        ),
        "tokens": (
            "SHA-256, applied to a seed k times, gives the k-th token. Then pairs of tokens: whether a server takes "
            "who shows the later one for the client who showed the earlier one.",
            {"seed": bytes(32).hex()},
            _tokens(),
        ),
        "sessions": (
            "The hellos of a client and a server, as they were sent, the session that they open, and the place at "
            "which the two meet again at a relay.",
            {},
            sessions(),
        ),
        "greetings": (
            "What a server answers to one client after another: a hello for a new session (new), a hello for the one "
            "that was named (back), or the reason of a goodbye. Of each client: its token, by its k; the session it "
            "names, which was opened by the greeting of this number, from 0, or is another, or null; whether it "
            "has paired, where the server has a code; how many turns the server holds by then, and for how many "
            "seconds there has been no connection.",
            {"seed": bytes(32).hex()},
            greetings(),
        ),
        "pairings": (
            "A pairing with random numbers that are given: the code, a watcher's role, w, x and y in hexadecimal, "
            "the values of both sides, K, the SHA-256 of the certificate, and both proofs.",
            {},
            pairings(),
        ),
        "resume": (
            "A seat holds so many turns of the log, and hears in the partner's hello how many they hold and the "
            "digest of the last: the numbers of the turns that it sends, or null if the logs diverged. Of each turn "
            "of the log: seat, kind, text, digest.",
            {"session": SESSION, "log": _log(RESUMED)},
            _resume(),
        ),
        "programs": (
            "Lines between chatgame and a program at the server's seat, to it and from it, from the beginning of a "
            "conversation to its end. Then what a program writes when it was asked so many times: the line that is "
            "taken, null where it answers an earlier ask and is passed over, or false where it is refused.",
            {},
            programs.lines(),
        ),
        "relay": (
            "A line of a leg or of a relay, in ASCII and without its line feed, and what it says; null where it says "
            "nothing, so that the other side closes.",
            {},
            relay.lines(),
        ),
    }
    return {
        f"{name}.json": _written({"comment": words} | more, list(rows)) for name, (words, more, rows) in made.items()
    }


def write() -> None:
    """Make the files anew."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="ascii", newline="\n")


def _written(head: Vector, vectors: Sequence[Vector]) -> str:
    """One field, one vector and one turn of a log on a line."""

    def shown(name: str, value: Any) -> str:
        if name in ("turns", "refused", "clients"):
            value = ",\n  ".join(map(json.dumps, value))
            return f'"{name}": [\n  {value}\n]' if value else f'"{name}": []'
        return f"{json.dumps(name)}: {json.dumps(value)}"

    lines = ",\n".join(shown(name, value) for name, value in head.items())
    rows = ",\n".join("{" + ", ".join(shown(*field) for field in vector.items()) + "}" for vector in vectors)
    return f'{{\n{lines},\n"vectors": [\n{rows}\n]\n}}\n'


# Frames


def _frames() -> Iterator[Vector]:
    def framed(message: Vector, size: int | None = None) -> str:
        payload = json.dumps(message, separators=(",", ":")).encode()
        return ((size or len(payload)).to_bytes(4) + payload).hex()

    alive, left = {"type": "alive"}, BYE | {"text": ""}
    spaces = 32768 - len('{"type":"alive"}')
    for name, parts, messages, rest in (
        ("nothing", [], [], "nothing"),
        ("one message", [framed(alive)], [alive], "nothing"),
        ("three messages at once", [framed(alive), framed(TURN), framed(BYE)], [alive, TURN, left], "nothing"),
        ("text of several bytes", [framed(TURN | {"text": "\u00fc\u2603\U0001f3b2"})], None, "nothing"),
        ("part of a length", [framed(alive), "0000"], [alive], "part"),
        ("a length alone", ["00000010"], [], "part"),
        ("part of a message", [framed(alive)[:-2]], [], "part"),
        ("longest message", ["00008000", framed(alive)[8:], "20" * spaces], [alive], "nothing"),
        ("length of 0", [framed(alive), "00000000", framed(alive)], [alive], "refused"),
        ("length of 32769, nothing behind it", ["00008001"], [], "refused"),
        ("length of 2^32 - 1", ["ffffffff"], [], "refused"),
        ("length of 2^31, no negative number", ["80000000"], [], "refused"),
        ("little-endian length", ["10000000", framed(alive)[8:]], [], "refused"),
        ("no frame: HTTP", [b"GET / HTTP/1.1\r\n".hex()], [], "refused"),
        ("a length that cuts a message short", [framed(alive, 15)], [], "refused"),
    ):
        found = [TURN | {"text": "\u00fc\u2603\U0001f3b2"}] if messages is None else messages
        yield {"name": name, "hex": "".join(parts), "messages": found, "rest": rest}


# Messages

TEXTS = {message["type"]: json.dumps(message) for message in (HELLO, TURN, {"type": "alive"}, PAIR, BYE)}
Change = tuple[str, str, str, str]


def _messages() -> Iterator[Vector]:
    for name, of, old, new in VALID:
        text = _replaced(of, old, new)
        yield {"name": name, "text": text, "message": _understood(json.loads(text))}
    for name, text, becomes in OTHERS:
        yield {"name": name, "text": text, "message": becomes}
    for name, of, old, new in INVALID:
        yield {"name": name, "text": _replaced(of, old, new), "message": "refused"}
    for of, wrongs in WRONG.items():
        for wrong in wrongs:
            field, _, value = wrong.partition(": ")
            old = f'"{field}": {json.dumps({"hello": HELLO, "turn": TURN, "bye": BYE}[of].get(field))}'
            end = "}}" if of == "hello" else "}"  # a hello ends behind its games
            old, new = (old, "") if old in TEXTS[of] else (end, f"{end[1:]}, ")
            changed = f'{new}"{field}": {value}{end[:1] if old == end else ""}'
            yield {"name": f"{of} with {wrong}", "text": _replaced(of, old, changed), "message": "refused"}
    for name, data in BYTES.items():
        yield {"name": name, "hex": data.hex(), "message": "refused"}


def _replaced(of: str, old: str, new: str) -> str:
    """One of the texts with something else in it; nothing is replaced at its end."""
    text = TEXTS[of]
    assert old in text
    before, _, after = text.partition(old) if old else (text, "", "")
    return f"{before}{new}{after}"


def _understood(message: Vector) -> Vector:
    """A valid message, with defaults for what was left out and without what is unknown."""
    defaults = DEFAULTS[message["type"]]
    known = {"hello": FULL, "turn": TURN, "alive": ["type"], "pair": PAIR, "bye": BYE | defaults}[message["type"]]
    return {name: message.get(name, defaults.get(name)) for name in known}


VALID: list[Change] = [
    *((f"{kind}, as short as can be", kind, "", "") for kind in TEXTS),
    ("hello with all fields", "hello", json.dumps(HELLO), json.dumps(FULL)),
    ("hello with null for what may be", "hello", "}}", '}, "session": null, "digest": null, "token": null}'),
    ("hello of a later minor version", "hello", "1.0", "1.9999"),
    ("hello with the longest name of a person", "hello", "}}", '}, "name": "' + "\u65e5" * 24 + '"}'),
    ("hello without a game", "hello", '"tictactoe": 1', ""),
    ("hello with the longest name and the highest version", "hello", '"tictactoe": 1', f'"{"z" * 32}": {2**31 - 1}'),
    ("hello with an unknown field", "hello", "}}", '}, "mood": {"good": [1.5, null]}}'),
    ("bye with 8 levels", "bye", "}", f', "x": {"[" * 7}{"]" * 7}}}'),
    ("bye with many brackets", "bye", "}", ', "x": [[], [], [], [], {}, {}, "[[[[[[[[[[\\"[["], "text": "]]{"}'),
    ("pair with an unknown field", "pair", "}", ', "step": 1}'),
    ("alive with an unknown field", "alive", "}", ', "since": 5}'),
    ("bye with a text", "bye", "}", ', "text": "so long"}'),
    ("bye with the longest text", "bye", "}", f', "text": "{"x" * 500}"}}'),
    ("bye with a reason of a later version, and an unknown field", "bye", '"left"', '"later", "until": 5'),
    ("turn with its fields in another order", "turn", json.dumps(TURN), json.dumps(dict(reversed(TURN.items())))),
    ("turn with white space", "turn", json.dumps(TURN), f" \t\r\n{json.dumps(TURN, indent=1)}\n"),
    ("turn with all characters escaped", "turn", "Hello", r"\u0048\u0065\u006C\u006c\u006f"),
    ("turn with an escaped field name", "turn", '"seat"', r'"se\u0061t"'),
    ("turn with a character escaped as two halves", "turn", "Hello", r"\ud83c\udfb2"),
    ("turn with a character of four bytes", "turn", "Hello", "\U0001f3b2"),
    ("turn with a zero character", "turn", "Hello", r"\u0000"),
    ("turn with the longest text", "turn", "Hello", "x" * 4096),
    ("turn with the longest text, all escaped", "turn", "Hello", r"\u007f" * 4096),
    ("turn with the highest number", "turn", '"number": 0', f'"number": {2**53 - 1}'),
]
"""A name, of which text, and what is replaced in it by what; all of it is to be taken."""

OTHERS = [
    ("hello of another major version", json.dumps(HELLO | {"protocol": "2.0"}), "another version"),
    (
        "hello of another major version in another form",
        '{"protocol":"12.3","type":"hello","seat":[]}',
        "another version",
    ),
    ("watch of another major version", '{"protocol":"2.0","type":"watch","turns":"many"}', "another version"),
    (
        "watch, as short as can be",
        json.dumps(WATCH),
        WATCH | {"session": None, "turns": 0, "digest": None, "badge": None},
    ),
    ("watch, of a watcher that comes back", json.dumps(WATCH | CAME), WATCH | CAME),
    (
        "view without a start and names",
        json.dumps(VIEW),
        VIEW | {"client": "", "server": "", "start": None, "badge": None, "place": None},
    ),
    ("view with all fields", json.dumps(VIEW | WHOLE), VIEW | WHOLE),
    ("watchers, without a code", json.dumps(WATCHERS), WATCHERS | {"code": "", "relay": "", "burned": False}),
    (
        "watchers, with a code",
        json.dumps(WATCHERS | {"code": "7-guitar-island"}),
        WATCHERS | {"code": "7-guitar-island", "relay": "", "burned": False},
    ),
    (
        "watchers, with a code at a relay",
        json.dumps(WATCHERS | {"code": "7-guitar-island", "relay": "relay.example"}),
        WATCHERS | {"code": "7-guitar-island", "relay": "relay.example", "burned": False},
    ),
    (
        "watchers, whose code is burned",
        json.dumps(WATCHERS | {"burned": True}),
        WATCHERS | {"code": "", "relay": "", "burned": True},
    ),
    ("pair of a watcher", json.dumps(PAIR | {"role": "watcher"}), PAIR | {"role": "watcher"}),
    ("pair of a client that says so", json.dumps(PAIR | {"role": "client"}), PAIR),
    *((name, json.dumps(message), "refused") for name, message in WRONGLY_WATCHED.items()),
    ("message of an unknown type", '{"type":"wave","hands":[2,{"both":true}]}', "passed over"),
    ("message of an unknown type with a field of known name", '{"number":-1,"type":"turns"}', "passed over"),
]
"""A name, a text, and what becomes of it."""

INVALID: list[Change] = [
    ("null", "bye", json.dumps(BYE), "null"),
    ("a number", "bye", json.dumps(BYE), "1"),
    ("a list", "bye", json.dumps(BYE), f"[{json.dumps(BYE)}]"),
    ("no end", "bye", "}", ""),
    ("bytes behind", "bye", "}", "}x"),
    ("two messages", "bye", "}", "}" + json.dumps(BYE)),
    ("single quotes", "bye", '"left"', "'left'"),
    ("comma at the end", "bye", "}", ",}"),
    ("comment", "bye", "}", "}//"),
    ("no type", "alive", '"type": "alive"', ""),
    ("unknown type, and NaN", "alive", '"alive"', '"wave", "x": NaN'),
    ("unknown type, and a field twice", "alive", '"alive"', '"wave", "x": 1, "x": 2'),
    ("hello of another version, and a field twice", "hello", '"1.0"', '"2.0", "x": 1, "x": 2'),
    ("hello of a version that is none", "hello", '"1.0"', '"2"'),
    ("type null", "alive", '"alive"', "null"),
    ("type twice", "alive", "}", ', "type": "alive"}'),
    ("field twice", "turn", '"text"', '"text": "Hello", "text"'),
    ("field twice, once escaped", "turn", '"text"', r'"text": "Bye", "t\u0065xt"'),
    ("game twice", "hello", "1}", '1, "tictactoe": 2}'),
    ("unknown field twice", "bye", "}", ', "x": 1, "x": 2}'),
    ("field twice inside of an unknown field", "bye", "}", ', "x": {"y": 1, "y": 1}}'),
    ("NaN in an unknown field", "bye", "}", ', "x": NaN}'),
    ("half a character", "turn", "Hello", r"\ud800"),
    ("two second halves", "turn", "Hello", r"\udc00\udc00"),
    ("half a character in an unknown field", "bye", "}", r', "x": "\udc00"}'),
    ("line end in a string", "turn", "Hello", "\n"),
    ("control character in a string", "turn", "Hello", "\x1b"),
    ("unknown escape", "turn", "Hello", r"\x41"),
    ("text of 4097 characters", "turn", "Hello", "x" * 4097),
    ("bye with a text of 501 characters", "bye", "}", f', "text": "{"x" * 501}"}}'),
    ("hello with a name of 25 characters", "hello", "}}", f'}}, "name": "{"x" * 25}"}}'),
    ("hello with 101 features", "hello", "}}", f'}}, "features": {json.dumps(["x"] * 101)}}}'),
    ("hello with 101 games", "hello", '"tictactoe": 1', ",".join(f'"{n}":1' for n in range(101))),
    ("digest of 63 digits", "turn", '"digest": "0', '"digest": "'),
    ("digest of 65 digits", "turn", '"digest": "', '"digest": "0'),
    ("digest with a line end", "turn", 'def"', r'def\n"'),
    ("number of 401 digits", "turn", '"number": 0', f'"number": 1{"0" * 400}'),
    ("20000 opening brackets", "bye", json.dumps(BYE), "[" * 20_000),
    ("9 levels", "bye", "}", f', "x": {"[" * 8}{"]" * 8}}}'),
    ("10000 lists in each other, unknown", "bye", "}", f', "x": {"[" * 10_000}{"]" * 10_000}}}'),
    *((f"turn without {name}", "turn", json.dumps({name: TURN[name]})[1:-1] + ", ", "") for name in list(TURN)[1:-1]),
    ("turn without digest", "turn", ', "digest": "' + HEX + '"', ""),
    *(
        (f"hello without {name}", "hello", json.dumps({name: HELLO[name]})[1:-1] + ", ", "")
        for name in ("protocol", "seat", "nonce")
    ),
    ("hello without games", "hello", ', "games": {"tictactoe": 1}', ""),
    ("bye without reason", "bye", ', "reason": "left"', ""),
]
"""The same, of what is not to be taken."""

WRONG = {
    "turn": [
        *("number: -1", f"number: {2**53}", "number: 1.5", 'number: "0"', "number: true", "number: null"),
        *(
            "number: NaN",
            "number: 00",
            "number: 0.0",
            "number: 0e0",
            'seat: "referee"',
            'seat: "Client"',
            'kind: "think"',
            'kind: ["say"]',
        ),
        *("text: null", "text: 5", "more: 1", "more: null"),
    ],
    "hello": [
        *('protocol: "1"', "protocol: 1.0", 'protocol: "1.0.0"', 'protocol: "1.00000"', r'protocol: "1.\u0663"'),
        *(r'protocol: "1.0\n"', 'seat: ""', "games: null", 'games: ["tictactoe"]', 'games: {"Tic Tac": 1}'),
        *('games: {"": 1}', f'games: {{"{"z" * 33}": 1}}', 'games: {"tictactoe": 0}'),
        *(f'games: {{"tictactoe": {2**31}}}', 'games: {"tictactoe": "1"}', 'session: ""'),
        *(f'session: "{HEX[:32]}"', f'session: "{"G" * 64}"', "turns: -1", "turns: null", "turns: Infinity"),
        *(f'nonce: "{HEX[:62]}"', "nonce: null", 'features: "x"', 'features: ["A"]', "features: null"),
        *(f"turns: {2**53}", f'token: "{HEX[2:]}"', "digest: 0", "name: null", "name: 5"),
    ],
    "bye": ["reason: null", "reason: 5", "text: null", "text: 5"],
}
"""Fields with values that may not be there."""

BYTES = {
    "no bytes": b"",
    "byte order mark": b"\xef\xbb\xbf" + TEXTS["bye"].encode(),
    "UTF-16": TEXTS["alive"].encode("utf-16-le"),
    "half a character in UTF-8": TEXTS["bye"].encode().replace(b"}", b',"text":"\xed\xa0\x80"}'),
    "overlong slash": TEXTS["bye"].encode().replace(b"}", b',"text":"\xc0\xaf"}'),
    "Latin-1": TEXTS["bye"].encode().replace(b"}", b',"text":"\xfc"}'),
    "Latin-1 in an unknown field": TEXTS["bye"].encode().replace(b"}", b',"x":"\xff"}'),
    "zero byte behind": TEXTS["bye"].encode() + b"\0",
}
"""Bytes that are not text, and text that is not a message."""


# Logs

SALTS = [bytes([n]) * 32 for n in range(1, 30)]
FLEETS = ("a1-e1 b3-b6 d5-f5 h1-h3 j9-j10", "a1-a5 c1-c4 e1-e3 g1-g3 i1-i2", "a1-e1 a3-d3 a5-c5 a7-c7 a9-b9")
PASSED = ("c4", "c3", "f5", "b4", "b2", "d2", "a4", "a5", "a6", "f6", "g7", "f4", "g4", "e1")
OVERLAP = "a1-e1 a1-a4 d5-f5 h1-h3 j9-j10"
EXAMPLE = "; the example in GAMES.md"


def shots(hits: Sequence[str], others: Sequence[str]) -> list[str]:
    """The shots in battleship, each stated with its answer, as in `a1 hit`; the first seat makes one more."""
    both = [shot for pair in zip(hits, [*others, ""], strict=True) for shot in pair if shot]
    return [act for shot in both for act in ("move " + shot.partition(" ")[0], "answer " + shot.partition(" ")[2])]


def roll(die: int, share: int = 0) -> list[str]:
    """A roll of the die, to which the inviter contributes a share."""
    return ["move roll", f"commit {(die - 1 - share) % 6}", f"contribute {share}", "reveal"]


def dice(pair: str, share: int = 0) -> list[str]:
    """A roll of two dice, the client's first, to which the inviter contributes a share."""
    return [f"commit {(int(pair[0]) * 6 + int(pair[1]) - 7 - share) % 36}", f"contribute {share}", "reveal"]


def plays(*rolled: str) -> list[str]:
    """The plays of backgammon, each stated after its dice, as in `31 8/5 6/5`; dice alone cannot be played."""
    acts = []
    for number, (pair, _, play) in enumerate(text.partition(" ") for text in rolled):
        acts += [*dice(pair, number), *([f"move {play}"] if play else [])]
    return acts


Wrong = tuple[int, str, str, Any, str]

LOGS: list[tuple[str, list[str], list[Wrong]]] = [
    (
        "tic-tac-toe, won, and the chat around it; it begins as in the protocol's README",
        [
            *("say Hello", "play tictactoe", "move 5", "say well, well", "say \u00fc \u2603 \U0001f3b2", "move 1"),
            *("move 3", "move 9", "move 7", "say again?", "say no", "quit"),
        ],
        [
            (0, "server", "say", "Hello", "seat"),
            (0, "client", "say", "", "text"),
            (0, "client", "say", "x" * 4097, "text"),
            (0, "client", "say", "\u00fc" * 2049, "text"),
            (0, "client", "quit", "now", "text"),
            (0, "client", "move", "5", "kind"),
            (0, "client", "resign", "", "kind"),
            (0, "client", "play", "halma", "game"),
            (0, "client", "play", "Tictactoe", "game"),
            (0, "client", "play", "tictactoe ", "game"),
            (0, "client", "play", "tictactoe fast", "game"),
            (1, "client", "say", "me again", "seat"),
            (1, "server", "say", "Hi", "number"),
            (1, "server", "say", "Hi", "digest"),
            (2, "server", "move", "5", "seat"),
            (2, "client", "play", "tictactoe", "kind"),
            (2, "client", "answer", "5", "kind"),
            (2, "client", "move", "0", "move"),
            (2, "client", "move", "05", "move"),
            (2, "client", "move", " 5", "move"),
            (2, "client", "move", "\uff15", "move"),
            (2, "client", "resign", "bye", "text"),
            (3, "server", "move", "5", "move"),
            (9, "client", "move", "2", "kind"),
            (9, "server", "say", "I won not", "seat"),
            (12, "server", "say", "too late", "seat"),
        ],
    ),
    (
        "tic-tac-toe, resigned, and then a game that is left in the middle",
        ["play tictactoe", "move 1", "resign", "play tictactoe", "move 9", "quit"],
        [(3, "client", "say", "I begin", "seat")],
    ),
    (
        "tic-tac-toe: offers, declined and accepted; the asker's last move is taken back, and the answer to it",
        [
            *("play tictactoe", "offer draw", "say hm", "respond decline", "say oh", "move 5", "move 1"),
            *("offer undo", "respond decline", "move 9", "move 2", "offer undo", "respond accept", "offer undo"),
            *("respond accept", "move 3", "move 7", "offer draw", "respond accept", "say well"),
        ],
        [
            (0, "client", "offer", "draw", "kind"),
            (1, "server", "offer", "undo", "offer"),
            (1, "server", "offer", "resign", "offer"),
            (1, "server", "offer", "", "text"),
            (1, "client", "offer", "draw", "seat"),
            (1, "server", "respond", "accept", "kind"),
            (2, "client", "move", "5", "kind"),
            (2, "client", "offer", "draw", "offer"),
            (2, "client", "respond", "yes", "response"),
            (2, "server", "respond", "accept", "seat"),
            (5, "server", "offer", "draw", "offer"),
            (9, "server", "offer", "draw", "offer"),
            (15, "server", "offer", "undo", "offer"),
        ],
    ),
    ("tic-tac-toe, drawn", ["say hi", "play tictactoe", *(f"move {cell}" for cell in "512846379")], []),
    (
        "20 remarks in a row",
        ["play tictactoe", *(["say x"] * 20), "move 5", "say y"],
        [(21, "server", "say", "x", "kind")],
    ),
    (
        "tic-tac-toe, begun by the client twice; afterwards chat goes on with the seat that was invited",
        [
            *("play tictactoe first", "move 5", "move 1", "resign", "play tictactoe second", "move 9", "resign"),
            *("say again?", "quit"),
        ],
        [
            (0, "client", "play", "tictactoe third", "game"),
            (0, "client", "play", "tictactoe first first", "game"),
            (0, "client", "play", "tictactoe  first", "game"),
            (0, "client", "play", "rps first", "game"),
            (1, "server", "move", "5", "seat"),
        ],
    ),
    (
        "hangman with a word of the seat that was invited, found letter by letter",
        [
            *("play hangman second", "commit tree", "answer 4", "move e", "answer 3,4", "move tyee", "answer no"),
            *("move t", "answer 1", "move r", "answer 2", "reveal", "say well"),
        ],
        [
            (1, "client", "commit", HEX, "seat"),
            (2, "server", "answer", "none", "move"),
            (5, "client", "move", "tree ", "move"),
            (6, "server", "answer", "2", "move"),
            (7, "client", "move", "tyee", "move"),
        ],
    ),
    (
        f"tic-tac-toe, won{EXAMPLE}",
        ["play tictactoe", "move 5", "move 1", "move 3", "move 9", "move 7"],
        [],
    ),
    (
        f"connect four, won{EXAMPLE}",
        ["play connect4", *(f"move {column}" for column in "4353637")],
        [(2, "client", "move", "0", "move"), (2, "client", "move", "44", "move")],
    ),
    (
        "connect four, drawn",
        ["play connect4", *(f"move {column}" for column in "115566526237153477516714637471564433342222")],
        [(31, "server", "move", "1", "move")],
    ),
    (
        "connect four",
        ["say hi", "play connect4", "move 1", "move 1", "move 7", "resign"],
        [(4, "client", "move", "8", "move")],
    ),
    ("reversi", ["say hi", "play reversi", "move d3", "move c3", "quit"], [(2, "client", "move", "d4", "move")]),
    (
        f"reversi, won after a pass{EXAMPLE}",
        ["play reversi", *(f"move {cell}" for cell in PASSED)],
        [(1, "server", "move", cell, "move") for cell in ("e3", "d4", "D3", "i1", "pass")],
    ),
    (
        f"rock, paper, scissors twice, the first as the best of three with a drawn round{EXAMPLE}",
        [
            "play rps 3",
            *("commit rock", "commit rock", "reveal", "reveal"),
            *("commit paper", "commit rock", "reveal", "reveal"),
            *("commit paper", "say hm", "commit rock", "reveal", "reveal"),
            *("play rps 1", "commit scissors", "commit paper", "reveal", "reveal"),
        ],
        [
            *((0, "client", "play", f"rps {options}", "game") for options in ("0", "2", "101", "03", "3 3")),
            (1, "client", "commit", HEX, "seat"),
            (1, "server", "move", "rock", "kind"),
            (1, "server", "offer", "draw", "offer"),
            (1, "server", "offer", "undo", "offer"),
            (1, "server", "commit", HEX[1:], "commitment"),
            (1, "server", "commit", HEX.upper(), "commitment"),
            (2, "client", "commit", "copy", "commitment"),
            (3, "server", "reveal", f"{SALTS[0].hex()} paper", "reveal"),
            (3, "server", "reveal", f"{SALTS[1].hex()} rock", "reveal"),
            (3, "server", "reveal", "rock", "reveal"),
            (3, "server", "reveal", f"{SALTS[0].hex()} ", "reveal"),
            (3, "server", "resign", "now", "text"),
        ],
    ),
    (
        "rock, paper, scissors: what was committed to is no choice",
        ["play rps", "commit r", "commit rock"],
        [(3, "server", "reveal", f"{SALTS[0].hex()} r", "move")],
    ),
    (
        f"hangman, won by the guesser{EXAMPLE}",
        [
            *("play hangman", "commit banana", "answer 6", "move a", "answer 2,4,6", "move x", "answer none"),
            *("move orange", "answer no", "move banana", "answer yes", "reveal", "say well guessed"),
        ],
        [
            (2, "client", "answer", "2", "move"),
            (3, "server", "move", "A", "move"),
            (4, "client", "answer", "4,2,6", "move"),
            (4, "client", "answer", "7", "move"),
            *((5, "server", "move", guess, "move") for guess in ("a", "5", "\u00e9", "ban", "bananas", "BANANA")),
            (8, "client", "answer", "yes", "move"),
            (9, "server", "move", "orange", "move"),
            (10, "client", "answer", "1,3,5", "move"),
            (11, "client", "reveal", f"{SALTS[0].hex()} orange", "reveal"),
            (11, "client", "reveal", f"{SALTS[0].hex()} ", "reveal"),
            (11, "client", "resign", "", "kind"),
        ],
    ),
    (
        "hangman, lost by six wrong guesses, of which one is a word",
        [
            *("play hangman", "commit fly", "answer 3", "move e", "answer none", "move a", "answer none", "move l"),
            *("answer 2", "move sly", "answer no", "move i", "answer none", "move o", "answer none", "move u"),
            *("answer none", "reveal"),
        ],
        [
            (11, "server", "move", "sly", "move"),
            (17, "client", "resign", "", "kind"),
        ],
    ),
    (
        "hangman, where the cheat is a false answer",
        ["play hangman", "commit tree", "answer 4", "move e", "answer 3", "resign", "reveal", "say hey"],
        [],
    ),
    (
        "hangman, where the cheat is a word in capitals",
        ["play hangman", "commit TREE", "answer 4", "resign", "reveal"],
        [],
    ),
    (
        "pig, with two rolls; the sum of both numbers counts, modulo 6",
        [
            *("play pig", "move roll", "commit 5", "contribute 4", "reveal", "move roll", "commit 0", "contribute 3"),
            *("reveal", "move hold", "move roll", "commit 2", "contribute 4", "reveal", "resign"),
        ],
        [
            (1, "server", "move", "hold", "move"),
            (1, "server", "move", "r", "move"),
            (3, "client", "contribute", "6", "contribution"),
            (5, "server", "offer", "undo", "offer"),
            (3, "client", "contribute", "04", "contribution"),
            (3, "client", "contribute", "-1", "contribution"),
            (4, "server", "reveal", f"{SALTS[0].hex()} 4", "reveal"),
        ],
    ),
    (
        f"pig, won with just 100 points{EXAMPLE}",
        [
            *("play pig", *roll(6), *roll(5, 5), *roll(6, 3), *roll(6), *roll(6, 1), "move hold"),
            *(*roll(2), *roll(1, 2), *(act for n in range(11) for act in roll(6, n % 6)), *roll(5)),
        ],
        [
            (1, "server", "move", "hold", "move"),
            (21, "server", "move", "Hold", "move"),
            (22, "client", "move", "hold", "move"),
            (25, "server", "reveal", f"{SALTS[5].hex()} 01", "reveal"),
        ],
    ),
    (
        f"chess, won by a mate{EXAMPLE}",
        [
            *(
                "play chess",
                "move e2e4",
                "move e7e5",
                "move g1f3",
                "move d7d6",
                "move f1c4",
                "move c8g4",
                "move b1c3",
            ),
            *("move g7g6", "move f3e5", "move g4d1", "move c4f7", "move e8e7", "move c3d5"),
        ],
        [
            (0, "client", "play", "chess 4k3/8/8/8/8/8/8/8 w - - 0 1", "game"),
            (0, "client", "play", "chess 4k3/8/8/8/8/8/8/R3K3 w  - 0 1", "game"),
            (0, "client", "play", "chess k7/1Q6/1K6/8/8/8/8/8 b - - 0 1", "game"),
            *(
                (1, "server", "move", text, "move")
                for text in ("e4", "E2E4", "e2e5", "e7e5", "0000", "e2e4q", "e2-e4")
            ),
            (12, "client", "move", "g8f6", "move"),
        ],
    ),
    (
        "chess from a position, with Black to move: castling, en passant, a promotion, a move taken back",
        [
            *("play chess r3k3/6Pp/8/8/5pP1/8/8/4K2R b Kq g3 0 12", "move f4g3", "move e1g1", "move e8c8"),
            *(
                "move g7g8q",
                "move c8d7",
                "offer undo",
                "respond accept",
                "move g7g8n",
                "offer draw",
                "respond decline",
            ),
        ],
        [
            (1, "client", "move", "f4g3", "seat"),
            (2, "client", "move", "e1g1q", "move"),
            (4, "client", "move", "g7g8", "move"),
            (7, "server", "respond", "yes", "response"),
        ],
    ),
    (
        "chess, a draw that is offered and declined, and then claimed by threefold repetition",
        [
            *("play chess", "offer draw", "respond decline", "move g1f3", "move g8f6", "move f3g1", "move f6g8"),
            *("move g1f3", "move g8f6", "move f3g1", "offer draw", "say Well"),
        ],
        [
            (2, "server", "respond", "accept", "seat"),
            (8, "client", "respond", "accept", "kind"),
            (11, "server", "respond", "accept", "kind"),
        ],
    ),
    (
        f"backgammon, won with a backgammon{EXAMPLE}",
        [
            *("play backgammon", *dice("22", 35)),
            *plays("35 8/3 13/10", "62 13/7 13/11", "55 13/8 13/8 13/8 13/8", "61 24/18 6/5", "66 24/18 8/2 8/2 8/2"),
            *plays("62", "44 24/20 18/14 14/10 8/4", "62", "46 8/2 20/16", "61 bar/24", "55 16/11 10/5 10/5 8/3"),
            *plays("61 bar/24", "66 11/5 6/off 6/off 6/off", "51 bar/24 18/13", "66 6/off 6/off 5/off 5/off"),
            *plays("21 13/11 11/10", "66 5/off 4/off 3/off 3/off", "61 24/18 18/17", "66 2/off 2/off 2/off 2/off"),
        ],
        [
            (0, "client", "play", "backgammon first", "game"),
            (2, "client", "contribute", "36", "contribution"),
            *(
                (7, "server", "move", text, "move")
                for text in (
                    *(
                        "8/3",
                        "8/3 13/9",
                        "8/3 8/5 13/10",
                        "13/5",
                        "8/3 13/10*",
                        "13-10 8-3",
                        "8/3 13/10 ",
                        "12/7 8/5",
                    ),
                    *("bar/20 13/10", "6/1 4/1", "3/8 10/13", "BAR/22 13/8", "13/08 8/5", "roll"),
                )
            ),
            (41, "client", "move", "24/18 24/23", "move"),
        ],
    ),
    (
        f"battleship, won by the first seat{EXAMPLE}",
        [
            *("play battleship", f"commit {FLEETS[0]}", f"commit {FLEETS[2]}"),
            *shots(
                [
                    *("a1 hit", "b1 hit", "c1 hit", "d1 hit", "e1 sunk 5", "a3 hit", "b3 hit", "c3 hit", "d3 sunk 4"),
                    *("a5 hit", "b5 hit", "c5 sunk 3", "a7 hit", "b7 hit", "c7 sunk 3", "a9 hit", "b9 sunk 2"),
                ],
                [
                    *("a2 miss", "b3 hit", "b4 hit", "b5 hit", "b6 sunk 4", "h1 hit", "h2 hit", "h3 sunk 3"),
                    *("j9 hit", "j10 sunk 2", "c3 miss", "c4 miss", "c5 miss", "c6 miss", "a1 hit", "b1 hit"),
                ],
            ),
            *("reveal", "reveal"),
        ],
        [
            *((4, "client", "answer", answer, "move") for answer in ("sunk 5", "sunk 2", "sunk 1", "Miss", "a hit")),
            (6, "server", "answer", "sunk 2", "move"),
            (24, "client", "answer", "sunk 5", "move"),
            (26, "server", "answer", "sunk 2", "move"),
            (64, "client", "answer", "sunk 3", "move"),
            (68, "client", "answer", "hit", "move"),
            (69, "client", "reveal", f"{SALTS[1].hex()} {FLEETS[2]}", "seat"),
        ],
    ),
    (
        "battleship, resigned after some shots; both show their fleets",
        [
            *("say hi", "play battleship", f"commit {FLEETS[0]}", f"commit {FLEETS[1]}"),
            *("move i1", "answer hit", "move a2", "answer miss", "move i2", "answer sunk 2"),
            *("resign", "reveal", "reveal", "quit"),
        ],
        [
            (4, "client", "move", "A1", "move"),
            (4, "client", "move", "k1", "move"),
            (5, "server", "answer", "sunk", "move"),
            (8, "client", "move", "i1", "move"),
            (11, "server", "reveal", f"{SALTS[1].hex()} {FLEETS[1]}", "seat"),
        ],
    ),
    (
        "battleship, where the cheat is a fleet that overlaps",
        [
            *("say hi", "play battleship", f"commit {OVERLAP}", f"commit {FLEETS[1]}", "resign", "reveal", "reveal"),
        ],
        [],
    ),
    (
        "battleship, where both cheat: one has too few ships, and the other denies a hit",
        [
            *("play battleship", f"commit {FLEETS[0][:23]}", f"commit {FLEETS[1]}", "move a1", "answer miss"),
            *("resign", "reveal", "reveal", "say Again?"),
        ],
        [],
    ),
    (
        "people may watch, in chat and in a game, until it is ended; then it is asked again, and declined",
        [
            *("say hi", "watch ask", "say who?", "watch accept", "play tictactoe", "move 5", "watch off", "move 1"),
            *("resign", "watch ask", "watch decline", "say well", "quit"),
        ],
        [
            (0, "client", "watch", "off", "watching"),
            (0, "client", "watch", "accept", "watching"),
            (0, "client", "watch", "", "text"),
            (0, "client", "watch", "Ask", "watching"),
            (2, "server", "watch", "accept", "seat"),
            (2, "client", "watch", "ask", "watching"),
            (2, "client", "play", "tictactoe", "answer"),
            (2, "client", "watch", "off", "watching"),
            (4, "server", "watch", "ask", "watching"),
            (6, "server", "watch", "ask", "watching"),
            (7, "server", "watch", "off", "watching"),
            (8, "client", "watch", "ask", "watching"),
        ],
    ),
]
"""The acts of each log, each by the seat that holds the token; then wrong ones: after how many turns, by which seat,
the kind, the text, and what is wrong. A commitment or a reveal is stated as the value; salts come in their order."""


def _logs() -> Iterator[Vector]:
    for name, acts, wrongs in (*LOGS, *card_logs(EXAMPLE)):
        table, salts = EMPTY, iter(SALTS)
        tables, turns = [table], []
        openings: dict[tuple[int, int, Seat], Opening] = {}
        secrets: dict[Seat, str | None] = dict.fromkeys(Seat)
        for act in acts:
            kind, _, text = act.partition(" ")
            match, seat = table.playing, table.token
            assert seat, "the log is not closed"
            more: Vector = {}
            if kind in ("commit", "reveal"):
                assert match, "a game is on"
                assert match.duty, "and waits for something"
                place = Place(SESSION, match.number, match.duty.ply, seat)
                opening = openings.setdefault(place[1:], Opening(next(salts) if kind == "commit" else b"", text))
                text = str(opening)
                if kind == "commit":
                    secrets[seat] = Side(match, seat, secrets[seat]).secret_with(opening.value)
                    text = commitment(place, opening)
                    more = {"match": match.number, "ply": place.ply}
            elif match:
                text = text_of(Side(match, seat, secrets[seat]), kind, text)
            turn, table = table.write(seat, Kind(kind), text)
            in_game = table.match and (match or kind == "play")
            position = table.match.notation if table.match and in_game else ""
            if table.match and in_game and table.match.outcome:
                more = {"won": table.match.outcome.winner or "draw"}
            turns.append([seat, kind, text, turn.digest, position, table.token, *([more] if more else [])])
            tables.append(table)
        refused: list[list[Any]] = []
        for n, who, kind, text, wrong in wrongs:
            spoilt = text(turns[n][2]) if callable(text) else turns[n - 1][2] if text == "copy" else text
            refused.append([n, who, kind, spoilt, wrong])
        yield {"name": name, "turns": turns, "refused": refused}


# Commitments, tokens, resuming


def _commitments() -> Iterator[Vector]:
    for session, match, ply, seat, salt, value in (
        (SESSION, 0, 0, "client", SALTS[0], "rock"),
        (SESSION, 0, 0, "server", SALTS[0], "rock"),
        (SESSION, 0, 1, "client", SALTS[0], "rock"),
        (SESSION, 1, 0, "client", SALTS[0], "rock"),
        (SESSION, 12, 345, "client", SALTS[1], "5"),
        (HEX, 0, 0, "client", bytes(32), FLEETS[0]),
        (HEX, 0, 0, "server", b"\xff" * 32, "\u00fc\u2603\U0001f3b2"),
    ):
        made = commitment(Place(session, match, ply, Seat(seat)), Opening(salt, value))
        place = {"session": session, "match": match, "ply": ply, "seat": seat}
        yield place | {"salt": salt.hex(), "value": value, "commitment": made}


def _tokens() -> Iterator[Vector]:
    seed, foreign = bytes(32), b"1" * 32
    for k in (0, 1, 2, 1000, CHAIN - 1, CHAIN):
        yield {"k": k, "token": token(seed, CHAIN - k)}
    first, second, last = token(seed, 0), token(seed, 1), token(seed, CHAIN)
    beyond = sha256(bytes.fromhex(first)).hexdigest()
    for name, earlier, later, follows in (
        ("the next", first, second, True),
        ("the last after the first", first, last, True),
        ("the same", first, first, False),
        ("an earlier one", second, first, False),
        ("of another seed", first, token(foreign, 1), False),
        ("one time more than 2048", beyond, last, False),
    ):
        yield {"name": name, "earlier": earlier, "later": later, "follows": follows}


RESUMED = ["say a", "say b", "play tictactoe", "say c", "say d", "move 5", "move 1", "resign"]


def _log(acts: Sequence[str]) -> list[list[str]]:
    table, rows = EMPTY, []
    for act in acts:
        kind, _, text = act.partition(" ")
        turn, table = table.write(table.token or Seat.CLIENT, Kind(kind), text)
        rows.append([turn.seat.value, kind, text, turn.digest])
    return rows


def _resume() -> Iterator[Vector]:
    ours, edited = _log(RESUMED), _log(["say A", *RESUMED[1:]])

    def said(turns: int, of: Sequence[Sequence[str]]) -> Vector:
        return {"turns": turns, "digest": of[turns - 1][3] if turns else None}

    for name, seat, held, hello, sends in (
        ("both hold nothing", "client", 0, said(0, ours), []),
        ("both hold the same", "server", 6, said(6, ours), []),
        ("they lack our last", "client", 1, said(0, ours), [0]),
        ("they lack our last, too", "server", 2, said(1, ours), [1]),
        ("they lack some of our turns in a row", "server", 6, said(4, ours), [4, 5]),
        ("they lack them all", "server", 6, said(3, ours), [3, 4, 5]),
        ("they hold more", "client", 3, said(6, ours), []),
        ("they hold more, of which nothing can be known", "client", 3, {"turns": 4, "digest": HEX}, []),
        ("they lack a turn of their own", "server", 3, said(2, ours), None),
        ("they lack all", "server", 3, said(0, ours), None),
        ("they have another text at their end", "client", 1, said(1, edited), None),
        ("they have another text further up", "server", 6, said(6, edited), None),
        ("they lack turns, and have another text further up", "server", 6, said(4, edited), None),
        ("they hold turns without a digest", "client", 1, {"turns": 1, "digest": None}, None),
        ("they hold nothing with a digest", "client", 1, {"turns": 0, "digest": HEX}, None),
    ):
        yield {"name": name, "seat": seat, "holds": held, "hears": hello, "sends": sends}
