"""What a program is told is what a person at its seat would see."""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from chatgame.core.board import Board
from chatgame.core.commitments import Opening
from chatgame.core.errors import Refused
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.games.tictactoe import TicTacToe
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.program.exchange import TRIES, Exchange
from chatgame.players.script import Script
from chatgame.session.play import converse
from tests.kit.logs import EMPTY, steps_of, table_after


def exchange(seat: Seat = Seat.SERVER) -> Exchange:
    made = Exchange(30)
    made.seat = seat
    made.began(EMPTY, "Anna", [])
    return made


def asked(made: Exchange, table: Table = EMPTY) -> dict[str, Any]:
    return dict(json.loads(made.asked(table)))


def test_beginning_tells_the_seat_the_partner_and_the_games() -> None:
    told = json.loads(Exchange(30).began(EMPTY, "Anna", steps_of("say Hello")))
    assert (told["type"], told["version"], told["seat"], told["partner"]) == ("begin", 1, "client", "Anna")
    assert told["games"]["connect4"]["title"] == "connect four"
    assert [turn["text"] for turn in told["turns"]] == ["Hello"]


def test_every_message_is_one_line_of_ascii() -> None:
    """Whatever a partner says, and wherever a language breaks lines."""
    for text in ("a\r\n{}", "\u2028\x85\u2029", '"\\', "Grüße \U0001f3b2"):
        (step,) = steps_of(f"say {text}")
        line = exchange().saw(step)
        assert line.isascii()
        assert line.decode().splitlines(keepends=True) == [line.decode()]
        assert json.loads(line)["text"] == text


def test_ask_in_a_game_holds_all_that_a_program_needs_to_move() -> None:
    """The board as data and as text, what is asked for, and the choices."""
    ask = asked(exchange(), table_after("play tictactoe", "move 5", "move 1"))
    assert (ask["type"], ask["id"], ask["kind"], ask["tries"], ask["limit"]) == ("ask", 1, "move", 5, 30)
    assert ask["asks"] == "the number of a free cell"
    assert ask["choices"] == ["2", "3", "4", "6", "7", "8", "9"]
    assert ask["game"]["name"] == "tictactoe"
    assert ask["game"]["position"] == ["O234X6789", "server"]
    assert " 4 | X | 6\n" in ask["game"]["drawing"]
    grid = ask["game"]["board"]["parts"][0]
    assert (grid["type"], grid["width"], grid["cells"][0]["mark"]["text"]) == ("grid", 3, "O")
    assert ask["game"]["over"] is None


def test_ask_in_chat_has_no_game() -> None:
    ask = asked(exchange())
    assert (ask["kind"], ask["game"], ask["choices"], ask["refused"]) == ("say", None, [], "")


def test_program_is_asked_whether_people_may_watch() -> None:
    ask = asked(exchange(), table_after("watch ask"))
    assert (ask["kind"], ask["choices"], ask["game"]) == ("watch", ["/accept", "/decline"], None)


def test_offer_is_answered_by_one_of_its_choices() -> None:
    ask = asked(exchange(Seat.CLIENT), table_after("play tictactoe", "move 5", "move 1", "offer draw"))
    assert (ask["kind"], ask["choices"]) == ("respond", ["accept", "decline"])


def test_turn_that_ends_a_game_says_who_won() -> None:
    *_, last = steps_of("play tictactoe", "resign")
    told = json.loads(exchange().saw(last))
    assert told["game"]["over"] == {"winner": "client", "reason": "the server resigned"}
    assert told["told"][:1] == ["Game over, the client won: you resigned."]


class Boardless(TicTacToe):
    """A game whose author has made a mistake."""

    def board(self, *_: object) -> Board:
        raise KeyError("board")


def test_rules_that_fail_leave_a_sentence_in_place_of_the_board() -> None:
    """The program can still answer, for example by giving up."""
    games = {"tictactoe": Boardless()}
    (step,) = steps_of("play tictactoe", table=Table.open("0" * 64, games, {"tictactoe": 1}))
    ask = asked(exchange(), step.after)
    assert (ask["choices"], ask["game"]["board"], ask["game"]["position"]) == ([], None, None)
    assert ask["game"]["drawing"] == "The rules of tic-tac-toe failed (KeyError: 'board')."


def test_answer_counts_only_for_the_last_ask() -> None:
    """An earlier one is passed over, since it came too late."""
    made = exchange()
    asked(made), asked(made)
    assert made.read(b'{"id": 1, "line": "late"}') is None
    assert made.read(b'{"id": 2, "line": "in time", "more": []}') == "in time"
    for strange in (0, 3, -1, 2**63, 10**400):
        with pytest.raises(Refused):
            made.read(b'{"id": %d, "line": ""}' % strange)


def test_refusal_is_told_with_the_next_ask_and_forgotten_after_a_good_line() -> None:
    made = exchange(Seat.CLIENT)
    asked(made)
    made.read(b'{"id": 1, "line": ""}')
    assert made.heard("An empty line is not sent.") == b""
    ask = asked(made)
    assert (ask["refused"], ask["tries"]) == ("An empty line is not sent.", TRIES - 1)
    made.read(b'{"id": 2, "line": "Hello"}')
    made.saw(steps_of("say Hello")[0])
    ask = asked(made)
    assert (ask["refused"], ask["tries"]) == ("", TRIES)


def test_sentence_that_refuses_nothing_is_a_notice() -> None:
    assert json.loads(exchange().heard("The partner is late.")) == {"type": "notice", "text": "The partner is late."}


class Eavesdropper(Script):
    """Says prepared lines, and keeps what a program at its seat would be told before the game is over."""

    def __init__(self, seat: Seat, lines: Sequence[str]) -> None:
        super().__init__(lines)
        self.made = Exchange(30)
        self.made.seat = seat
        self.told = b""
        self.hidden: list[Opening] = []  # until the game is over
        self.hand: list[str] = []  # the cards held last

    async def ask(self, table: Table) -> str:
        ask = self.made.asked(table)
        self.told += ask
        line = await super().ask(table)
        return str(json.loads(ask)["choices"][0]) if line == CHOICE else line

    async def see(self, step: Step) -> None:
        line = self.made.saw(step)
        over = step.after.match and step.after.match.over
        self.told += b"" if over and step.turn.kind is Kind.REVEAL else line
        match = step.before.playing
        self.hidden += [step.opening] if step.opening and match and (match.hides_for_good or match.shuffles) else []
        self.hand = Side(match, self.made.seat, step.secret).hand if match and match.cards.decks else []

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        self.told += self.made.began(table, partner, steps)


FLEET = "random"
CHOICE = "the first choice that the ask lists"


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (["play hangman", "e", "x", "/resign"], ["zephyr"]),
        (["play battleship", FLEET, "a1", "b2"], [FLEET, "a1", "/resign"]),
        (["play rps 3", "rock"], ["paper", "/resign"]),
        (["play pig", "roll"], ["roll", "roll", "/resign"]),
        (["play eights", CHOICE, "/resign"], [CHOICE, CHOICE, CHOICE]),
    ],
)
async def test_program_is_told_no_secret_of_its_partner(client: list[str], server: list[str]) -> None:
    """Nor the salts, commitments and shares by which the two chatgames keep each other honest."""
    links = linked_in_memory(BUILT_IN)
    players = [Eavesdropper(seat, lines) for seat, lines in zip(Seat, (client, server), strict=True)]
    async with asyncio.timeout(10):
        await asyncio.gather(
            *(
                converse(player, link, BUILT_IN, InMemory(link.seat))
                for player, link in zip(players, links, strict=True)
            ),
            return_exceptions=True,
        )
    for player, other in zip(players, reversed(players), strict=True):
        assert b'"kind":"play"' in player.told
        assert not re.search(rb"[0-9a-f]{32}", player.told)
        assert not re.search(rb"[0-9A-Za-z+/]{43}=", player.told)
        assert not [card for card in other.hand if b'"%s"' % card.encode() in player.told]
        for opening in other.hidden:
            assert opening.value.encode() not in player.told
