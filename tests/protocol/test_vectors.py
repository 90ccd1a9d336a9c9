"""The test vectors for strangers: they are what their generator makes, they are right, and the program agrees."""

import hmac
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256, sha512
from typing import Any

import pytest
from msgspec import to_builtins

from chatgame.core import curve, deck
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import Diverged, InvalidMessage, Refused
from chatgame.core.limits import CHAIN, SILENCE_LIMIT
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import eights
from chatgame.protocol.admission import GOODBYES, Admission
from chatgame.protocol.frames import FrameReader, frame
from chatgame.protocol.hello import place_opened_by, session_opened_by
from chatgame.protocol.messages import Foreign, Hello, decode
from chatgame.protocol.resume import Held, follows, token
from tests.kit.logs import EMPTY, GAMES, SESSION
from tests.vectors import FOLDER, files

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
    """They have less than 600 kB in all, and begin with a comment."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json")) < 600_000
    assert all(next(iter(content)) == "comment" for content in FILES.values())
    assert FILES["logs"]["session"] == FILES["resume"]["session"] == SESSION


# Frames and messages


@vectors("frames")
def test_frames_are_read_as_the_vectors_say(vector: Vector) -> None:
    """They state the messages in a stream, and what becomes of its rest."""
    stream, found, frames = bytes.fromhex(vector["hex"]), [], FrameReader()
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
    """Each is the message that it should be, or what becomes of it is stated."""
    payload = bytes.fromhex(vector["hex"]) if "hex" in vector else vector["text"].encode()
    assert len(payload) <= 32768
    match vector["message"]:
        case "refused":
            with pytest.raises(InvalidMessage):
                decode(payload)
        case "passed over":
            assert decode(payload) is None
        case "another version":
            assert isinstance(decode(payload), Foreign)
        case message:
            assert json.loads(json.dumps(to_builtins(decode(payload)))) == message


# Logs

SENTENCES = {
    "number": "came where turn",
    "seat": "cannot write now",
    "kind": "came where one to|No game is on|is on already|remarks in a row",
    "text": "needs a text|carries no text|bytes in UTF-8",
    "game": "There is no game|is followed by one space|has no options|odd number|nobody can choose|cannot be played"
    "|in FEN|is over already",
    "move": r"is not an? (cell|answer|column|guess)|is taken|is full|another notation|was (tried|shot)|on the board"
    "|turn nothing over|not one of|cannot be true|no points to hold|before you pass|is not possible (with|here)"
    "|as many dice as you can|is not a (move|play|way)|fits more than one|no checker on|has to come in first"
    "|Nothing is hit|leave your king in check",
    "contribution": "is not a number from",
    "commitment": "A commitment is 64|is a copy",
    "reveal": "does not have the form|does not open",
    "offer": "cannot be offered|none can be offered|no move to take back|offer at this move|waits for its response",
    "response": "does not respond",
    "watching": "nothing to|may watch already|In a game nobody|asked already",
    "answer": "waits for an answer",
    "cards": "locked card|has a card twice|without a lock|unlock a card|given before|was not dealt|no card at place"
    "|the proofs of",
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
    for number, (seat, kind, text, digest, position, _, *more) in enumerate(vector["turns"]):
        won = more[0].get("won", "") if more else ""
        chain = hashed(chain, str(number), seat, kind, position, won, text)
        assert chain == digest
        if position:
            assert json.dumps(json.loads(position), separators=(",", ":")) == position


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
            assert table.match.notation == position
            won = {"won": table.match.outcome.winner or "draw"} if table.match.outcome else {}
            assert {name: value for extra in more for name, value in extra.items() if name == "won"} == won
            reason = table.match.outcome.reason if table.match.outcome else ""
            assert not won or ("cheated" in reason) is ("cheat" in vector["name"]), reason


REFUSED = [
    pytest.param(log["turns"], refused, id=f"{log['name']}, {n}")
    for log in FILES["logs"]["vectors"]
    for n, refused in enumerate(log["refused"])
]


@pytest.mark.parametrize(("turns", "refused"), REFUSED)
def test_table_refuses_each_wrong_turn(turns: list[list[Any]], refused: list[Any]) -> None:
    """It does so for what is wrong with the turn, and not for a digest."""
    count, seat, kind, text, wrong = refused
    table = table_of(turns[:count])
    position = table.playing.notation if table.playing else ""
    digest = hashed(table.digest, str(count), seat, kind, position, "", text)
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
    assert {text.split()[0] for _, kind, text, *_ in turns if kind == "play"} == set(GAMES)
    assert {refused[-1] for log in FILES["logs"]["vectors"] for refused in log["refused"]} == set(SENTENCES)


# Sessions, greetings and pairings


@vectors("sessions")
def test_two_hellos_open_a_session(vector: Vector) -> None:
    client, server = vector["client"].encode(), vector["server"].encode()
    assert sha256(client + server).hexdigest() == vector["session"] == session_opened_by(client, server)
    assert (
        sha256(b"chatgame place\n" + client + server).hexdigest()
        == vector["place"]
        == place_opened_by(client, server)
    )
    assert isinstance(decode(client), Hello)
    assert isinstance(decode(server), Hello)


@vectors("greetings")
def test_server_answers_one_client_after_another(vector: Vector) -> None:
    admission, opened = Admission(), list[str]()
    for number, client in enumerate(vector["clients"]):
        if client["seconds"] > SILENCE_LIMIT:
            admission.vacate()
        admission.begun = client["holds"] > 0
        names = client["names"]
        session = "f" * 64 if names == "another" else None if names is None else opened[names]
        shown = None if client["k"] is None else token(bytes.fromhex(FILES["greetings"]["seed"]), CHAIN - client["k"])
        hello = Hello("1.0", Seat.CLIENT, "0" * 64, {}, session, token=shown)
        decision = admission.decide(hello, welcome=client["paired"] or not vector["code"])
        goodbye = GOODBYES.get(decision)
        assert client["answer"] == (goodbye.reason if goodbye else decision.name.lower())
        opened.append(session or f"{number:064x}")
        if not goodbye:
            admission.seat(opened[-1], shown, by_code=client["paired"])


Point = tuple[int, int]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(one: Point, two: Point) -> Point:
    """The sum of two points of the curve of Ed25519 (RFC 8032, 5.1.4)."""
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def times(factor: int, point: Point) -> Point:
    """A point so many times."""
    total = (0, 1)
    while factor:
        total = add(total, point) if factor & 1 else total
        point, factor = add(point, point), factor >> 1
    return total


def point(digits: str) -> Point:
    """The point that 32 bytes stand for (RFC 8032, 5.1.3)."""
    number = int.from_bytes(bytes.fromhex(digits), "little")
    sign, y = number >> 255, number % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    return (x if x % 2 == sign else P - x), y


def encoded(point: Point) -> bytes:
    """The 32 bytes that stand for a point."""
    x, y = point
    return (y + (x % 2 << 255)).to_bytes(32, "little")


@vectors("pairings")
def test_pairings_follow_from_the_words_of_the_readme(vector: Vector) -> None:
    """A stranger needs nothing but its constants, RFC 5869 and the curve."""
    code = vector["code"].encode()
    readme = (FOLDER.parent.parent / "chatgame" / "protocol" / "README.md").read_text("utf-8")
    base, m, n = (point(digits) for digits in re.findall(r"(?m)^ {4}(?:base|M|N) +([0-9a-f]{64})$", readme))
    extracted = hmac.digest(bytes(32), code, "sha256")
    first = hmac.digest(extracted, b"SPAKE2 pw\x01", "sha256")
    w = int.from_bytes((first + hmac.digest(extracted, first + b"SPAKE2 pw\x02", "sha256"))[:48]) % L
    x, y = int(vector["x"], 16), int(vector["y"], 16)
    ours, theirs = add(times(x, base), times(w, m)), add(times(y, base), times(w, n))
    shared = times(x, add(theirs, times(L - w, n)))
    assert shared == times(y, add(ours, times(L - w, m)))
    role = vector.get("role", "client")
    names = sha256(code).digest() + sha256(f"chatgame {role}".encode()).digest() + sha256(b"chatgame server").digest()
    key = sha256(names + encoded(ours) + encoded(theirs) + encoded(shared)).digest()
    values = [(letter + encoded(message)).hex() for letter, message in ((b"A", ours), (b"B", theirs))]
    proofs = [
        hmac.digest(key, hashed("chatgame pairing", seat, vector["certificate"], *values).encode(), "sha256").hex()
        for seat in (role, "server")
    ]
    assert [f"{w:064x}", *values, key.hex(), *proofs] == [
        vector[name] for name in ("w", "client", "server", "K", f"proof of the {role}", "proof of the server")
    ]


# Cards


def locked(key: bytes, x: bytes) -> bytes:
    """X25519 by way of Ed25519, whose points are those of Curve25519 in other coordinates (RFC 7748, 4.1)."""
    u = int.from_bytes(x, "little")
    y = (u - 1) * pow(u + 1, -1, P) % P
    _, product = times(int.from_bytes(key, "little"), point(y.to_bytes(32, "little").hex()))
    return ((1 + product) * pow(1 - product, -1, P) % P).to_bytes(32, "little")


def face(card: str) -> bytes:
    """A card's face by the words of the README, and RFC 9380."""
    tag = b"chatgame-V01-CS01-with-curve25519_XMD:SHA-512_ELL2_NU_"
    tag += bytes([len(tag)])
    first = sha512(bytes(128) + card.encode() + b"\x00\x30\x00" + tag).digest()
    u = int.from_bytes(sha512(first + b"\x01" + tag).digest()[:48]) % P
    x = -486662 * pow(1 + 2 * u * u, -1, P) % P
    if pow(x**3 + 486662 * x * x + x, (P - 1) // 2, P) != 1:
        x = (-x - 486662) % P
    return locked((8).to_bytes(32, "little"), x.to_bytes(32, "little"))


def key_and_order(seed: str, cards: int) -> tuple[bytes, list[int]]:
    """What a seed stands for."""
    key = bytearray.fromhex(hashed("chatgame key", seed))
    key[0] &= 248
    key[31] = key[31] & 127 | 64
    order = list(range(cards))
    for i in range(cards - 1, 0, -1):
        j = int(hashed("chatgame order", seed, str(i)), 16) % (i + 1)
        order[i], order[j] = order[j], order[i]
    return bytes(key), order


def shuffled(seed: str, points: list[bytes]) -> list[bytes]:
    """The points after a seat has shuffled them."""
    key, order = key_and_order(seed, len(points))
    return [locked(key, points[card]) for card in order]


def in_text(text: str) -> list[bytes]:
    """The points in a text."""
    joined = b64decode(text, validate=True)
    assert b64encode(joined).decode() == text
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


@vectors("decks", "card")
def test_faces_follow_from_the_words_of_the_readme(vector: Vector) -> None:
    assert face(vector["card"]).hex() == vector["face"] == curve.face(vector["card"]).hex()


@vectors("decks", "wrong")
def test_points_are_refused_as_the_vectors_say(vector: Vector) -> None:
    """They are not below the prime, 8 times they are the neutral element, or they are on the twist."""
    assert curve.objection(bytes.fromhex(vector["wrong"]))
    u = int.from_bytes(bytes.fromhex(vector["wrong"]), "little")
    x, z = u, 1
    for _ in range(3):
        x, z = (x * x - z * z) ** 2 % P, 4 * x * z * (x * x + 486662 * x * z + z * z) % P
    assert u >= P or z == 0 or pow(u**3 + 486662 * u * u + u, (P - 1) // 2, P) == P - 1


@vectors("decks", "locked")
def test_locks_follow_from_the_words_of_the_readme(vector: Vector) -> None:
    key, x, both = (bytes.fromhex(vector[name]) for name in ("key", "point", "locked"))
    assert locked(key, x) == both == curve.multiplied(key, x)
    back = bytes.fromhex(vector["inverse"])
    assert locked(back, both) == x
    assert back == curve.inverse(key)
    number = int.from_bytes(back, "little")
    assert number % 8 == 0
    assert 2**254 <= number < 2**255
    assert number * int.from_bytes(key, "little") % L in (1, L - 1)


@vectors("decks", "order")
def test_seeds_stand_for_the_keys_and_orders_of_the_vectors(vector: Vector) -> None:
    cards = len(vector["order"])
    key, order = key_and_order(vector["seed"], cards)
    assert (key.hex(), order) == (vector["key"], vector["order"])
    assert deck.key_from(vector["seed"]) == key
    assert deck.order_from(vector["seed"], cards) == tuple(order)


@vectors("decks", "shuffles")
def test_deck_follows_from_the_words_of_the_readme(vector: Vector) -> None:
    """From the faces to the audit."""
    one, two = vector["seeds"]
    faces = [face(card) for card in vector["cards"]]
    first = shuffled(one, faces)
    second = shuffled(two, first)
    assert [first, second] == [*map(in_text, vector["shuffles"])]
    keys = [key_and_order(seed, len(faces)) for seed in (one, two)]
    (share,), (proof,) = in_text(vector["share"]), in_text(vector["proof"])
    assert locked(keys[1][0], share) == locked(keys[0][0], proof) == second[0]
    card = faces[keys[0][1][keys[1][1][0]]]
    assert card == face(vector["laid"])
    assert locked(keys[0][0], card) == share
    assert locked(keys[1][0], card) == proof


HONEST_CARDS = [
    pytest.param(log, id=log["name"])
    for log in FILES["logs"]["vectors"]
    if any(kind == "shuffle" for _, kind, *_ in log["turns"]) and "cheat" not in log["name"]
]


@pytest.mark.parametrize("log", HONEST_CARDS)
def test_cards_in_logs_pass_the_audit_of_a_stranger(log: Vector) -> None:
    """All shuffles, and all shares of shown, dealt and laid cards, are right by the seeds."""
    seeds: dict[str, list[str]] = {"client": [], "server": []}
    for seat, kind, text, *_ in log["turns"]:
        if kind == "reveal":
            seeds[seat].append(text.partition(" ")[2])
    decks: list[list[list[bytes]]] = []
    drawn, checked, half_shown = 0, 0, b""
    position = json.loads(log["turns"][0][4])
    for seat, kind, text, _, after, *_ in log["turns"]:
        key = key_and_order(seeds[seat][len(decks) - 1], 1)[0]
        if kind == "shuffle":
            if not decks or len(decks[-1]) == 3:
                decks.append([[face(card) for card in position[5][:-1] or eights.PACK]])
                drawn = 0
            points = decks[-1][-1]
            order = key_and_order(seeds[seat][len(decks) - 1], len(points))[1]
            decks[-1].append(in_text(text))
            assert decks[-1][-1][0] == locked(key_and_order(seeds[seat][len(decks) - 1], 1)[0], points[order[0]])
            assert shuffled(seeds[seat][len(decks) - 1], points) == decks[-1][-1]
        elif kind == "share":
            points = in_text(text)
            showing = position[1] == "turn"
            source = [half_shown] if showing and seat == "client" else decks[-1][2][drawn : drawn + len(points)]
            assert [locked(key, x) for x in points] == source
            half_shown = points[0]
            drawn += 0 if showing and seat == "server" else len(points)
            checked += len(points)
        elif kind == "move" and ":" in text:
            place, _, proof = text.rpartition(" ")[2].partition(":")
            number, at = divmod(int(place), 52)
            laid = key_and_order(seeds[seat][number], 1)[0]
            assert locked(laid, in_text(proof)[0]) == decks[number][2][at]
            checked += 1
        position = json.loads(after) if after else position
    assert checked > 20


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
