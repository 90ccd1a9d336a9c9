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
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.protocol.resume import token
from tests.kit.logs import EMPTY, SESSION

FOLDER = Path(__file__).parent
Vector = dict[str, Any]
VERSIONS = {name: rules.version for name, rules in BUILT_IN.items()}

HEX = "0123456789abcdef" * 4
HELLO: Vector = {"type": "hello", "protocol": "1.0", "seat": "client", "games": {"tictactoe": 1}}
FULL: Vector = HELLO | {
    "seat": "server",
    "session": HEX[:32],
    "turns": 3,
    "digest": HEX,
    "token": HEX,
    "name": "Anna",
}
TURN: Vector = {"type": "turn", "number": 0, "seat": "client", "kind": "say", "text": "Hello", "digest": HEX}
BYE: Vector = {"type": "bye", "reason": "left"}
DEFAULTS: dict[str, Vector] = {
    "hello": {"session": None, "turns": 0, "digest": None, "token": None, "name": ""},
    "turn": {},
    "alive": {},
    "bye": {"text": ""},
}


def files() -> dict[str, str]:
    """Each file's name and text."""
    made: dict[str, tuple[str, Vector, Iterator[Any]]] = {
        "frames": (
            "Bytes from the stream, in hexadecimal, whose parts may be repeated: what messages are in them, and "
            "whether what is behind these is refused, is part of a frame that is not whole yet, or is nothing.",
            {},
            _frames(),
        ),
        "messages": (
            "What is in one frame: one of the texts that come first, in which what is named is replaced, once, or "
            "bytes in hexadecimal. Parts may be repeated. Then the message that it is, with what was left out filled "
            "in and unknown fields passed over, or null if it is none.",
            {"texts": TEXTS},
            _messages(),
        ),
        "logs": (
            "Whole logs, turn by turn, from number 0; both sides have all the games. Of each turn: seat, kind, text, "
            "digest, the position that it covers (parts may be repeated), who writes next, and where they are: who "
            "won the match that ended by it, or at which match and ply it commits. Then turns that are refused: "
            "after how many of the log, seat, kind, text, and what is wrong: seat, kind (not due, or one too many), "
            "text (its length), game (or its options), move (or answer), contribution, commitment, reveal, offer, "
            "response, number (one too high), digest (its first digit). All else in them is right, but their digest "
            "covers the position before them.",
            {"session": SESSION},
            _logs(),
        ),
        "commitments": (
            "A salt in hexadecimal and a value, where they are committed to, and the commitment.",
            {},
            _commitments(),
        ),
        "tokens": (
            "SHA-256, applied to a seed k times, gives the k-th token. Then pairs of tokens: whether a server takes "
            "who shows the later one for the client who showed the earlier one.",
            {"seed": bytes(32).hex()},
            _tokens(),
        ),
        "resume": (
            "A seat holds so many turns of the log, and hears in the partner's hello how many they hold and the "
            "digest of the last: the numbers of the turns that it sends, or null if the logs diverged. Of each turn "
            "of the log: seat, kind, text, digest.",
            {"session": SESSION, "log": _log(RESUMED)},
            _resume(),
        ),
    }
    return {
        f"{name}.json": _written({"comment": words} | more, list(rows)) for name, (words, more, rows) in made.items()
    }


def write() -> None:
    """Make the files anew."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="ascii", newline="\n")


def expanded(parts: Any) -> Any:
    """The text that its parts stand for, where a part is a text or `{"repeat": TEXT, "times": N}`."""
    if isinstance(parts, dict):
        return parts["repeat"] * parts["times"]
    return "".join(map(expanded, parts)) if isinstance(parts, list) else parts


def replaced(text: str, old: str, new: Any) -> str:
    """A text with something else in it, which may have parts; nothing is replaced at its end."""
    before, _, after = text.partition(old) if old else (text, "", "")
    return f"{before}{expanded(new)}{after}"


def repeat(text: str, times: int) -> Vector:
    """The part that stands for a text so many times."""
    return {"repeat": text, "times": times}


def _written(head: Vector, vectors: Sequence[Vector]) -> str:
    """One field, one vector and one turn of a log on a line."""

    def shown(name: str, value: Any) -> str:
        if name in ("turns", "refused"):
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
        ("longest message", ["00008000", framed(alive)[8:], repeat("20", spaces)], [alive], "nothing"),
        ("length of 0", [framed(alive), "00000000", framed(alive)], [alive], "refused"),
        ("length of 32769, nothing behind it", ["00008001"], [], "refused"),
        ("length of 2^32 - 1", ["ffffffff"], [], "refused"),
        ("length of 2^31, no negative number", ["80000000"], [], "refused"),
        ("little-endian length", ["10000000", framed(alive)[8:]], [], "refused"),
        ("no frame: HTTP", [b"GET / HTTP/1.1\r\n".hex()], [], "refused"),
        ("a length that cuts a message short", [framed(alive, 15)], [], "refused"),
    ):
        found = [TURN | {"text": "\u00fc\u2603\U0001f3b2"}] if messages is None else messages
        yield {"name": name, "hex": parts, "messages": found, "rest": rest}


# Messages

TEXTS = {message["type"]: json.dumps(message) for message in (HELLO, TURN, {"type": "alive"}, BYE)}
Change = tuple[str, str, str, Any]


def _messages() -> Iterator[Vector]:
    for name, of, old, new in VALID:
        message = _understood(json.loads(replaced(TEXTS[of], old, new)))
        if len(message.get("text", "")) > 500:
            message["text"] = repeat(message["text"][0], len(message["text"]))
        yield {"name": name, "of": of, "old": old, "new": new, "message": message}
    for name, of, old, new in INVALID:
        yield {"name": name, "of": of, "old": old, "new": new, "message": None}
    for of, wrongs in WRONG.items():
        for wrong in wrongs:
            field, _, value = wrong.partition(": ")
            old = f'"{field}": {json.dumps({"hello": HELLO, "turn": TURN, "bye": BYE}[of].get(field))}'
            end = "}}" if of == "hello" else "}"  # a hello ends behind its games
            old, new = (old, "") if old in TEXTS[of] else (end, f"{end[1:]}, ")
            yield {
                "of": of,
                "old": old,
                "new": f'{new}"{field}": {value}{end[:1] if old == end else ""}',
                "message": None,
            }
    for name, data in BYTES.items():
        yield {"name": name, "hex": data.hex(), "message": None}


def _understood(message: Vector) -> Vector:
    """A valid message, with defaults for what was left out and without what is unknown."""
    defaults = DEFAULTS[message["type"]]
    known = {"hello": FULL, "turn": TURN, "alive": {"type": ""}, "bye": BYE | defaults}[message["type"]]
    return {name: message.get(name, defaults.get(name)) for name in known}


VALID: list[Change] = [
    *((f"{kind}, as short as can be", kind, "", "") for kind in TEXTS),
    ("hello with all fields", "hello", json.dumps(HELLO), json.dumps(FULL)),
    ("hello with null for what may be", "hello", "}}", '}, "session": null, "digest": null, "token": null}'),
    ("hello of a later minor version", "hello", "1.0", "1.9999"),
    ("hello of another major version, which is a hello too", "hello", "1.0", "2.0"),
    ("hello with the longest name of a person", "hello", "}}", ['}, "name": "', repeat("\u65e5", 24), '"}']),
    ("hello without a game", "hello", '"tictactoe": 1', ""),
    ("hello with the longest name and the highest version", "hello", '"tictactoe": 1', f'"{"z" * 32}": {2**31 - 1}'),
    ("hello with an unknown field", "hello", "}}", '}, "mood": {"good": [1.5, null]}}'),
    ("alive with an unknown field", "alive", "}", ', "since": 5}'),
    ("bye with a text", "bye", "}", ', "text": "so long"}'),
    ("bye with the longest text", "bye", "}", [', "text": "', repeat("x", 500), '"}']),
    ("bye with a reason of a later version, and an unknown field", "bye", '"left"', '"later", "until": 5'),
    ("turn with its fields in another order", "turn", json.dumps(TURN), json.dumps(dict(reversed(TURN.items())))),
    ("turn with white space", "turn", json.dumps(TURN), f" \t\r\n{json.dumps(TURN, indent=1)}\n"),
    ("turn with all characters escaped", "turn", "Hello", r"\u0048\u0065\u006C\u006c\u006f"),
    ("turn with an escaped field name", "turn", '"seat"', r'"se\u0061t"'),
    ("turn with a character escaped as two halves", "turn", "Hello", r"\ud83c\udfb2"),
    ("turn with a character of four bytes", "turn", "Hello", "\U0001f3b2"),
    ("turn with a zero character", "turn", "Hello", r"\u0000"),
    ("turn with the longest text", "turn", "Hello", repeat("x", 4096)),
    ("turn with the longest text, all escaped", "turn", "Hello", repeat(r"\u007f", 4096)),
    ("turn with the highest number", "turn", '"number": 0', f'"number": {2**53 - 1}'),
]
"""A name, of which text, and what is replaced in it by what; all of it is to be taken."""

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
    ("unknown type", "alive", '"alive"', '"turns"'),
    ("type in capitals", "alive", '"alive"', '"Alive"'),
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
    ("text of 4097 characters", "turn", "Hello", repeat("x", 4097)),
    ("bye with a text of 501 characters", "bye", "}", [', "text": "', repeat("x", 501), '"}']),
    ("hello with a name of 25 characters", "hello", "}}", ['}, "name": "', repeat("x", 25), '"}']),
    ("hello with 101 games", "hello", '"tictactoe": 1', ",".join(f'"{n}":1' for n in range(101))),
    ("digest of 63 digits", "turn", '"digest": "0', '"digest": "'),
    ("digest of 65 digits", "turn", '"digest": "', '"digest": "0'),
    ("digest with a line end", "turn", 'def"', r'def\n"'),
    ("number of 401 digits", "turn", '"number": 0', ['"number": 1', repeat("0", 400)]),
    ("20000 opening brackets", "bye", json.dumps(BYE), repeat("[", 20_000)),
    ("10000 lists in each other, unknown", "bye", "}", [', "x": ', repeat("[", 10_000), repeat("]", 10_000), "}"]),
    *((f"turn without {name}", "turn", json.dumps({name: TURN[name]})[1:-1] + ", ", "") for name in list(TURN)[1:-1]),
    ("turn without digest", "turn", ', "digest": "' + HEX + '"', ""),
    *(
        (f"hello without {name}", "hello", json.dumps({name: HELLO[name]})[1:-1] + ", ", "")
        for name in ("protocol", "seat")
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
        *(f'session: "{HEX}"', f'session: "{"G" * 32}"', "turns: -1", "turns: null", "turns: Infinity"),
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
"""What is no text, and no message."""


# Logs

SALTS = [bytes([n]) * 32 for n in range(1, 10)]
FLEETS = ("a1-e1 b3-b6 d5-f5 h1-h3 j9-j10", "a1-a5 c1-c4 e1-e3 g1-g3 i1-i2")
OVERLAP = "a1-e1 a1-a4 d5-f5 h1-h3 j9-j10"
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
            (0, "client", "say", repeat("x", 4097), "text"),
            (0, "client", "say", repeat("\u00fc", 2049), "text"),
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
        "hangman with a word of the seat that was invited",
        ["play hangman second", "commit tree", "answer 4", "move e", "answer 3,4", "resign", "reveal", "say well"],
        [(1, "client", "commit", HEX, "seat")],
    ),
    (
        "connect four",
        ["say hi", "play connect4", "move 1", "move 1", "move 7", "resign"],
        [(4, "client", "move", "8", "move")],
    ),
    ("reversi", ["say hi", "play reversi", "move d3", "move c3", "quit"], [(2, "client", "move", "d4", "move")]),
    (
        "rock, paper, scissors twice, the first as the best of three with a drawn round",
        [
            "play rps 3",
            *("commit rock", "commit rock", "reveal", "reveal"),
            *("commit paper", "commit rock", "reveal", "reveal"),
            *("commit paper", "say hm", "commit rock", "reveal", "reveal"),
            *("play rps", "commit scissors", "commit paper", "reveal", "reveal"),
        ],
        [
            (0, "client", "play", "rps 2", "game"),
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
            (3, "server", "resign", "now", "text"),
        ],
    ),
    (
        "rock, paper, scissors: what was committed to is no choice",
        ["play rps", "commit r", "commit rock"],
        [(3, "server", "reveal", f"{SALTS[0].hex()} r", "move")],
    ),
    (
        "hangman, won by the guesser",
        [
            *("play hangman", "commit banana", "answer 6", "move a", "answer 2,4,6", "move x", "answer none"),
            *("move orange", "answer no", "move banana", "answer yes", "reveal", "say well guessed"),
        ],
        [
            (2, "client", "answer", "2", "move"),
            (3, "server", "move", "A", "move"),
            (4, "client", "answer", "4,2,6", "move"),
            (4, "client", "answer", "7", "move"),
            (5, "server", "move", "a", "move"),
            (11, "client", "reveal", f"{SALTS[0].hex()} orange", "reveal"),
            (11, "client", "resign", "", "kind"),
        ],
    ),
    (
        "hangman, lost by a false answer",
        ["play hangman", "commit tree", "answer 4", "move e", "answer 3", "resign", "reveal", "say hey"],
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
        "battleship: a fleet that overlaps has lost",
        [
            *("say hi", "play battleship", f"commit {OVERLAP}", f"commit {FLEETS[1]}", "resign", "reveal", "reveal"),
        ],
        [],
    ),
]
"""The acts of each log, each by whoever holds the token; then wrong ones: after how many turns, by whom, the kind,
the text, and what is wrong. A commitment or a reveal is stated as the value; salts come in their order."""


def _logs() -> Iterator[Vector]:
    for name, acts, wrongs in LOGS:
        table, salts = EMPTY, iter(SALTS)
        tables, turns = [table], []
        openings: dict[tuple[int, int, Seat], Opening] = {}
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
                    text = commitment(place, opening)
                    more = {"match": match.number, "ply": place.ply}
            turn, table = table.write(seat, Kind(kind), text)
            in_game = table.match and (match or kind == "play")
            position = table.match.notation if table.match and in_game else ""
            if table.match and in_game and table.match.outcome:
                more = {"won": table.match.outcome.winner}
            turns.append([seat, kind, text, turn.digest, _parts(position), table.token, *([more] if more else [])])
            tables.append(table)
        refused = [[n, *what, turns[n - 1][2] if text == "copy" else text, wrong] for n, *what, text, wrong in wrongs]
        yield {"name": name, "turns": turns, "refused": refused}


def _parts(position: str) -> Any:
    """A position, with the waters of battleship that nobody has shot at made short."""
    waters, parts = "." * 40, []
    while waters in position:
        before, _, behind = position.partition(waters)
        position = behind.lstrip(".")
        parts += [before, repeat(".", 40 + len(behind) - len(position))]
    return [*parts, position] if parts else position


# Commitments, tokens, resuming


def _commitments() -> Iterator[Vector]:
    for session, match, ply, seat, salt, value in (
        (SESSION, 0, 0, "client", SALTS[0], "rock"),
        (SESSION, 0, 0, "server", SALTS[0], "rock"),
        (SESSION, 0, 1, "client", SALTS[0], "rock"),
        (SESSION, 1, 0, "client", SALTS[0], "rock"),
        (SESSION, 12, 345, "client", SALTS[1], "5"),
        (HEX[:32], 0, 0, "client", bytes(32), FLEETS[0]),
        (HEX[:32], 0, 0, "server", b"\xff" * 32, "\u00fc\u2603\U0001f3b2"),
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
