"""The test vectors for strangers: they are what their generator makes, they are right, and the program agrees."""

import json
import re
from hashlib import sha256
from typing import Any

import pytest
from msgspec import to_builtins

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import Diverged, InvalidMessage, Refused
from chatgame.core.limits import CHAIN
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.frames import FrameReader, frame
from chatgame.protocol.messages import decode
from chatgame.protocol.resume import Held, follows, token
from tests.kit.logs import EMPTY, SESSION
from tests.vectors import FOLDER, expanded, files, replaced

Vector = dict[str, Any]

FILES: dict[str, Vector] = {path.stem: json.loads(path.read_text("ascii")) for path in sorted(FOLDER.glob("*.json"))}


def vectors(name: str, field: str = "") -> pytest.MarkDecorator:
    """Run a test with each vector of a file, or those that have a field."""
    rows = [row for row in FILES[name]["vectors"] if not field or field in row]
    return pytest.mark.parametrize("vector", rows, ids=[row.get("name", str(n)) for n, row in enumerate(rows)])


def hashed(*lines: str) -> str:
    """H of the protocol's README, from its words alone."""
    return sha256("\n".join(lines).encode()).hexdigest()


def committed(session: str, match: int, ply: int, seat: str, salt: str, value: str) -> str:
    """A commitment as the protocol's README has it, from its words alone."""
    return hashed("chatgame commitment", session, str(match), str(ply), seat, f"{salt} {value}")


# The files


def test_files_are_what_the_generator_makes() -> None:
    """They are equal byte for byte, and there are no others."""
    made = {path.name: path.read_text("ascii") for path in FOLDER.glob("*.json")}
    assert made == files(), "run python -m tests.vectors"


def test_files_are_small_and_say_what_they_are() -> None:
    """They have less than 80 kB in all, and begin with a comment."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json")) < 80_000
    assert all(next(iter(content)) == "comment" for content in FILES.values())
    assert FILES["logs"]["session"] == FILES["resume"]["session"] == SESSION


# Frames and messages


@vectors("frames")
def test_frames_are_read_as_the_vectors_say(vector: Vector) -> None:
    """They state the messages in a stream, and what becomes of its rest."""
    stream, found, frames = bytes.fromhex(expanded(vector["hex"])), [], FrameReader()
    frames.feed(stream)
    try:
        while (payload := frames.next_payload()) is not None:
            found.append(to_builtins(decode(payload)))
            stream = stream[len(frame(payload)) :]
        rest = "part" if stream else "nothing"
    except InvalidMessage:
        rest = "refused"
    assert (found, rest) == (vector["messages"], vector["rest"])


@vectors("messages")
def test_messages_are_read_as_the_vectors_say(vector: Vector) -> None:
    """Each is the message that it should be, or is refused."""
    if "hex" in vector:
        payload = bytes.fromhex(vector["hex"])
    else:
        before = FILES["messages"]["texts"][vector["of"]]
        assert vector["old"] in before
        after = replaced(before, vector["old"], vector["new"])
        assert (after == before) is (vector["old"] == "")
        payload = after.encode()
    assert len(payload) <= 32768
    if vector["message"] is None:
        with pytest.raises(InvalidMessage):
            decode(payload)
    else:
        message = {name: expanded(value) if name == "text" else value for name, value in vector["message"].items()}
        assert to_builtins(decode(payload)) == message


# Logs

SENTENCES = {
    "number": "came where turn",
    "seat": "cannot write now",
    "kind": "came where one to|No game is on|is on already|remarks in a row",
    "text": "needs a text|carries no text|bytes in UTF-8",
    "game": "There is no game|is followed by one space|has no options|odd number|nobody moves",
    "move": r"is not an? (cell|answer|column|guess)|is taken|another notation|was (tried|shot)|on the board"
    "|not one of|cannot place|no points to hold",
    "contribution": "is not a number from",
    "commitment": "A commitment is 64|is a copy",
    "reveal": "does not have the form|does not open",
    "offer": "cannot be offered|none can be offered|no move to take back|offer at this move|waits for its response",
    "response": "does not respond",
    "digest": "digest of turn",
}


def table_of(turns: list[list[Any]]) -> Table:
    """The table after so many turns of a log."""
    table = EMPTY
    for number, (seat, kind, text, digest, *_) in enumerate(turns):
        table = table.after(Turn(number, Seat(seat), Kind(kind), text, digest))
    return table


@vectors("logs")
def test_digests_of_logs_follow_from_the_words_of_the_readme(vector: Vector) -> None:
    """A stranger's few lines come to the same."""
    chain = hashed("chatgame 1", SESSION)
    for number, (seat, kind, text, digest, position, *_) in enumerate(vector["turns"]):
        chain = hashed(chain, str(number), seat, kind, expanded(position), text)
        assert chain == digest
        if position:
            compact = json.dumps(json.loads(expanded(position)), separators=(",", ":"))
            assert compact == expanded(position)


@vectors("logs")
def test_commitments_in_logs_follow_from_the_words_of_the_readme(vector: Vector) -> None:
    """What is revealed opens what was committed to."""
    made = {text: more for _, kind, text, *_, more in vector["turns"] if kind == "commit"}
    for seat, kind, text, *_ in vector["turns"]:
        if kind == "reveal":
            salt, _, value = text.partition(" ")
            opened = {committed(SESSION, at["match"], at["ply"], seat, salt, value): at for at in made.values()}
            assert any(made.get(digest) == at for digest, at in opened.items())


@vectors("logs")
def test_table_takes_each_log(vector: Vector) -> None:
    """It comes to the position, the seat that writes next and the winner that the vectors state."""
    table = EMPTY
    for number, (seat, kind, text, digest, position, follower, *more) in enumerate(vector["turns"]):
        in_game = bool(table.playing) or kind == "play"
        table = table.after(Turn(number, Seat(seat), Kind(kind), text, digest))
        assert table.token == follower
        assert in_game is bool(position)
        if position:
            assert table.match
            assert table.match.notation == expanded(position)
            won = {"won": table.match.outcome.winner} if table.match.outcome else {}
            assert {name: value for extra in more for name, value in extra.items() if name == "won"} == won


REFUSED = [
    pytest.param(log["turns"], refused, id=f"{log['name']}, {n}")
    for log in FILES["logs"]["vectors"]
    for n, refused in enumerate(log["refused"])
]


@pytest.mark.parametrize(("turns", "refused"), REFUSED)
def test_table_refuses_each_wrong_turn(turns: list[list[Any]], refused: list[Any]) -> None:
    """It does so for what is wrong with the turn, and not for a digest."""
    count, seat, kind, parts, wrong = refused
    text = expanded(parts)
    table = table_of(turns[:count])
    position = table.playing.notation if table.playing else ""
    digest = hashed(table.digest, str(count), seat, kind, position, text)
    if wrong == "digest":
        digest = ("1" if digest[0] == "0" else "0") + digest[1:]
    turn = Turn(count + (wrong == "number"), Seat(seat), Kind(kind), text, digest)
    with pytest.raises(Refused) as caught:
        table.after(turn)
    assert re.search(SENTENCES[wrong], str(caught.value)), str(caught.value)


def test_each_kind_of_turn_and_each_game_is_in_the_logs() -> None:
    """Each way to be wrong is there, too."""
    turns = [turn for log in FILES["logs"]["vectors"] for turn in log["turns"]]
    assert {kind for _, kind, *_ in turns} == set(Kind)
    assert {text.split()[0] for _, kind, text, *_ in turns if kind == "play"} == set(BUILT_IN)
    assert {refused[-1] for log in FILES["logs"]["vectors"] for refused in log["refused"]} == set(SENTENCES)


# Commitments, tokens, resuming


@vectors("commitments")
def test_commitments_are_those_of_the_vectors(vector: Vector) -> None:
    """The program and a stranger compute the same."""
    stated = {name: value for name, value in vector.items() if name != "commitment"}
    assert committed(**stated) == vector["commitment"]
    place = Place(vector["session"], vector["match"], vector["ply"], Seat(vector["seat"]))
    assert commitment(place, Opening(bytes.fromhex(vector["salt"]), vector["value"])) == vector["commitment"]


@vectors("tokens", "k")
def test_tokens_are_those_of_the_vectors(vector: Vector) -> None:
    """The program and a stranger compute the same."""
    seed = link = bytes.fromhex(FILES["tokens"]["seed"])
    for _ in range(vector["k"]):
        link = sha256(link).digest()
    assert token(seed, CHAIN - vector["k"]) == link.hex() == vector["token"]


@vectors("tokens", "follows")
def test_tokens_follow_as_the_vectors_say(vector: Vector) -> None:
    """The program and a stranger compute the same."""
    assert follows(vector["later"], vector["earlier"]) is vector["follows"]
    link, chain = bytes.fromhex(vector["later"]), set()
    for _ in range(2048):
        link = sha256(link).digest()
        chain.add(link.hex())
    assert (vector["earlier"] in chain) is vector["follows"]


@vectors("resume")
def test_resume_sends_what_the_vectors_say(vector: Vector) -> None:
    """A partner who comes back is sent what they lack."""
    log = [Turn(n, Seat(row[0]), Kind(row[1]), *row[2:]) for n, row in enumerate(FILES["resume"]["log"])]
    table = EMPTY
    for turn in log:
        table = table.after(turn)
    held, said = Held.of(Seat(vector["seat"]), log[: vector["holds"]]), vector["hears"]
    if vector["sends"] is None:
        with pytest.raises(Diverged):
            held.missing(said["turns"], said["digest"])
    else:
        assert [turn.number for turn in held.missing(said["turns"], said["digest"])] == vector["sends"]
