"""The check that any game can run: it finds each fault that rules may have, and says how to see it again."""

import re
from collections.abc import Sequence
from itertools import chain, count, repeat
from pathlib import Path
from random import Random
from runpy import run_path
from typing import Any, NamedTuple

import pytest
from msgspec import Struct

from chatgame.core.board import Board, Cell, Choice, Grid, Mark, Part, Picture
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.rules import Answer, AnyRules, Outcome, Rules, Secret, Secrets, ToAct
from chatgame.core.seats import Seat
from chatgame.testing import LONGEST, WIDEST, check_rules
from tests.kit.cards import Colours

CALLS = count()
ANSWERS = chain(["yes"], repeat("no"))


class Position(NamedTuple):
    """How many stones are left, who takes next, how many they took, and what else there is."""

    left: int
    mover: Seat
    more: Any = ()


class Stones(Rules[Position, str]):
    """Both in turn take a stone, or two, from a heap; a game that keeps all rules."""

    name = "stones"
    title = "stones"
    about = "Take a stone, or two. The player who takes the last one wins."
    more: Any = ()

    def start(self, inviter: Seat, options: str) -> Position:
        """Five stones."""
        self.without_options(options)
        return Position(5, inviter.other, self.more)

    def to_act(self, position: Position) -> ToAct:
        """The mover."""
        return position.mover

    def asks(self, position: Position, seat: Seat) -> str:
        """How many."""
        return "one or two"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        """A number, as a word."""
        if text.lower() not in ("one", "two"):
            raise InvalidMove("Type one or two.")
        if text.lower() not in Stones.legal_moves(self, position):
            raise IllegalMove("There is one left.")
        return text.lower()

    def legal_moves(self, position: Position) -> Sequence[str]:
        """As many as there are."""
        return ["one", "two"][: position.left]

    def apply(self, position: Position, move: Any) -> Position:
        """They are taken."""
        return position._replace(left=position.left - (2 if move == "two" else 1), mover=position.mover.other)

    def outcome(self, position: Position) -> Outcome | None:
        """When there are none."""
        return None if position.left else Outcome(position.mover.other, "the last stone is taken")

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        """A row of them."""
        return Board([f"stones: {'o' * position.left}"])


class Guessing(Rules[Position, str]):
    """One hides a word, the other guesses once, and it is said whether that was right; keeps all rules, too."""

    name = "guessing"
    title = "guessing"
    about = "Hide a word, which the other guesses."
    words = ("apple", "melon")

    def start(self, inviter: Seat, options: str) -> Position:
        """Nothing is hidden."""
        self.without_options(options)
        return Position(3, inviter)

    def to_act(self, position: Position) -> ToAct:
        """The secret, the guess, the answer."""
        acts: list[ToAct] = [Answer(position.mover), position.mover.other, Secret(position.mover)]
        return acts[position.left - 1]

    def asks(self, position: Position, seat: Seat) -> str:
        """A word."""
        return "a word"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        """A word, or an answer."""
        if text not in (("yes", "no") if position.left == 1 else self.words):
            raise InvalidMove("That is not a word that one can hide.")
        return text

    def apply(self, position: Position, move: Any) -> Position:
        """What was guessed and answered is public."""
        return position._replace(left=position.left - 1, more=(*position.more, move or ""))

    def answer(self, position: Position, secret: str) -> str:
        """Whether it is the word."""
        return "yes" if position.more[-1] == secret else "no"

    def outcome(self, position: Position) -> Outcome | None:
        """When all is said."""
        if position.left:
            return None
        return Outcome(position.mover.other if position.more[-1] == "yes" else position.mover, "it was answered")

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        """What was said, and the secret to the one who has it."""
        return Board([f"said: {' '.join(position.more)} {' '.join(secrets.values())}"])


WORDS = [*Guessing.words, "pear"]


def test_games_that_keep_the_rules_pass() -> None:
    """Their moves may be listed or not."""
    check_rules(Stones())
    check_rules(Guessing(), typed=WORDS)


def test_example_passes() -> None:
    """It is what authors begin with."""
    check_rules(run_path(str(Path(__file__).parent.parent / "examples" / "nim.py"))["Nim"](), seeds=range(3))


def broken(**methods: Any) -> AnyRules:
    """The game of stones, with other methods."""
    return type("Broken", (Stones,), methods)()  # type: ignore[no-any-return]


class Item(list[int]):
    """A list that has a hash, and so hides that it can be changed."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 1


def grow(rules: Stones, position: Position) -> Sequence[str]:
    """Lists the moves, and changes the position."""
    position.more.append(1)
    return Stones.legal_moves(rules, position)


def raising(error: Exception) -> Any:
    """A method that raises."""

    def method(*_: Any) -> Any:
        raise error

    return method


class Mapping(Struct, frozen=True):
    """What is immutable, and an object in JSON."""

    stones: int = 5


STONE = Cell("a", Mark("o", "a stone"))


def grid(mark: Mark) -> Grid:
    """A grid of one cell."""
    return Grid([Cell("a", mark)], 1)


def showing(part: Part) -> AnyRules:
    """The game of stones with such a board."""
    return broken(board=lambda *_: Board([part]))


def choosing(*choices: Choice) -> AnyRules:
    """The game of stones with such choices."""
    return broken(board=lambda *_: Board([grid(STONE.mark)], choices))


FAULTS: dict[str, tuple[AnyRules, str]] = {
    "no name": (broken(name="Stones!"), "Broken cannot be a game: its name must be"),
    "no title": (broken(title=""), "`title` is not a name: ''."),
    "nothing about it": (broken(about=""), "`about` is not a sentence: ''."),
    "about no sentence": (broken(about="take stones"), "`about` is not a sentence: 'take stones'."),
    "options that raise": (broken(start=lambda _, __, options: int(options or "1")), "raised ValueError: "),
    "options without a word": (broken(start=raising(Refused("no"))), "are refused with what is not a sentence: no"),
    "list in the position": (broken(more=([1],)), "The position can be changed, or has no order"),
    "set in the position": (broken(more=frozenset("ab")), "The position can be changed, or has no order"),
    "mapping in the position": (broken(more=(Mapping(),)), "The position is not of tuples, texts, None and integers"),
    "float in the position": (broken(more=(1, (0.5,))), "The position is not of tuples, texts, None and integers"),
    "bool in the position": (broken(more=(True,)), "None and integers below 2^53: it holds True in ("),
    "integer of 54 bits": (broken(more=(-(2**53),)), "The position is not of tuples, texts, None and integers below"),
    "not for JSON": (broken(more=(object(),)), "The rules of stones failed (TypeError: "),
    "changed position": (broken(more=Item(), legal_moves=grow), "The rules have changed a position"),
    "chance in the position": (
        broken(apply=lambda _, position, __: position._replace(left=Random().randrange(10**9))),
        "the two logs, or the rules of stones, are not the same.",
    ),
    "count of calls": (
        broken(board=lambda *_: Board([f"call {next(CALLS)}"])),
        "What an onlooker sees is not the same for both programs",
    ),
    "endless": (broken(apply=lambda _, position, __: position), f"The game goes on after {LONGEST} turns."),
    "nobody acts": (broken(to_act=lambda *_: None), "The rules of stones failed (TypeError: None cannot act)"),
    "no moves": (broken(legal_moves=lambda *_: []), "No move is listed, but it is the"),
    "moves twice": (broken(legal_moves=lambda *_: ["one", "one"]), "A move is listed twice: one, one."),
    "listed, not taken": (
        broken(legal_moves=lambda *_: ["three"]),
        "The move three is listed, but refused: Type one",
    ),
    "listed, not now": (broken(legal_moves=lambda *_: ["one", "two"]), "is listed, but refused: There is one left."),
    "listed otherwise": (broken(legal_moves=lambda *_: [_Same("one")]), "is listed, but read as another one."),
    "neither listed nor typed": (
        broken(legal_moves=raising(NotImplementedError())),
        "The rules list no moves here, and take none of typed=[].",
    ),
    "parse raises": (
        broken(parse=lambda *args: {"one": "one", "two": "two"}[args[-1]]),
        "To read the text '' raised KeyError: ''.",
    ),
    "parse without a word": (
        broken(parse=lambda *_: raising(InvalidMove("no"))()),
        "The move one is listed, but refused: no",
    ),
    "refused without a sentence": (
        broken(parse=lambda *args: args[-1] if args[-1] in ("one", "two") else raising(InvalidMove("no"))()),
        "The text '' is refused with what is not a sentence: no",
    ),
    "other notation": (
        broken(parse=lambda *args: args[-1]),
        "The text '' is read as a move of the notation ''",
    ),
    "notation refused": (
        broken(
            legal_moves=raising(NotImplementedError()),
            parse=lambda *args: f"{args[-1]}!" if args[-1] in ("one", "two") else raising(InvalidMove("What?"))(),
        ),
        "The text 'one' is read as a move of the notation 'one!', which does not stand for it.",
    ),
    "invalid, not illegal": (
        broken(
            parse=lambda rules, position, _, text: (
                text if text in Stones.legal_moves(rules, position) else raising(InvalidMove("What?"))()
            )
        ),
        "The move 'two', which could be made before, is refused by InvalidMove, not by IllegalMove.",
    ),
    "asks a sentence": (
        broken(asks=lambda *_: "How many?"),
        "What is asked for is not the end of a sentence: 'How many?'",
    ),
    "ends with a sentence": (
        broken(outcome=lambda _, position: None if position.left else Outcome(None, "It is over.")),
        "The reason is not the end of a sentence",
    ),
    "no outcome": (broken(outcome=lambda *_: "over"), "AttributeError"),
    "tells no sentence": (broken(tell=lambda *_: "taken"), "is not told in a sentence: 'taken'."),
    "fails in the middle": (
        broken(tell=lambda _, position, *__: {5: "", 4: "", 3: ""}[position.left]),
        "KeyError: ",
    ),
    "no board": (broken(board=lambda *_: "ooo"), "The rules of stones failed (TypeError: 'ooo' is not a Board)"),
    "not ASCII": (showing("ooö"), "A board has to be of ASCII"),
    "too wide": (showing("o" * (WIDEST + 1)), "at most 80 columns wide"),
    "drawn in words": (showing("|---|"), "A board in words has to be of words alone"),
    "nothing in words": (showing(Picture("o", "")), "A board in words has to be of words alone"),
    "wide in Unicode": (showing(grid(Mark("o", "o", "日"))), "The glyph of o has to be as wide: '日'."),
    "one name for two cells": (showing(Grid([STONE, STONE], 2)), "Two cells of a grid have the same name: a, a."),
    "too few labels": (showing(Grid([STONE], 1, across="ab")), "needs as many labels as it has columns and rows"),
    "choice of no move": (choosing(Choice("three")), "The move three is listed, but refused: Type one or two."),
    "choice twice": (choosing(Choice("ONE"), Choice("one")), "A move is listed twice: ONE, one."),
    "choice of nothing": (choosing(Choice("one", ["b"])), "The move one touches a cell that is not there."),
}


class _Same(str):
    """A move whose notation stands for another one."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)

    def __hash__(self) -> int:
        return 1


def guessing(**methods: Any) -> AnyRules:
    """The game of guessing, with other methods."""
    return type("Broken", (Guessing,), methods)()  # type: ignore[no-any-return]


def remembering(rules: Any, position: Position, seat: Seat, text: str) -> str:
    """Reads a text, and keeps it."""
    rules.kept = Guessing.parse(rules, position, seat, text)
    return text


def publishing(rules: Any, position: Position, seat: Seat, text: str) -> str:
    """Reads a text, and keeps it for all."""
    type(rules).kept = Guessing.parse(rules, position, seat, text)
    return text


HIDING_FAULTS: dict[str, tuple[AnyRules, str]] = {
    "shows what it remembers": (
        guessing(kept="", parse=remembering, board=lambda rules, *_: Board([f"it is {rules.kept}"])),
        "What an onlooker sees is not the same for both programs",
    ),
    "shows it to all": (
        guessing(kept="", parse=publishing, board=lambda rules, *_: Board([f"it is {rules.kept}"])),
        "What an onlooker sees shows the secret of the ",
    ),
    "random secret that is refused": (guessing(any_secret=lambda *_: "plum"), "The random secret plum is not one."),
    "random secret by chance": (
        guessing(any_secret=lambda *_: f"plum{next(CALLS)}"),
        "A random secret is not the same for both programs",
    ),
    "answers by chance": (
        guessing(answer=lambda *_: next(ANSWERS)),
        "Nobody has cheated, but the game ends with Outcome(",
    ),
    "second secret": (
        guessing(to_act=lambda _, position: Secret(position.mover)),
        "is asked for a second secret",
    ),
    "answer that is refused": (guessing(answer=lambda *_: "maybe"), "That is not a word that one can hide."),
}


@pytest.mark.parametrize(("rules", "words"), HIDING_FAULTS.values(), ids=HIDING_FAULTS)
def test_fault_of_rules_that_hide_something_is_named(rules: AnyRules, words: str) -> None:
    """Rules that show a secret to somebody else are among them."""
    with pytest.raises(AssertionError, match=re.escape(words)):
        check_rules(rules, typed=WORDS)


def test_fault_can_be_seen_again() -> None:
    """The seed comes to it by the moves that are named; the first error is its cause."""

    def late(_: Stones, position: Position, move: str, __: Seat | None) -> str:
        return "" if position.left > 1 or move == "two" else raising(ZeroDivisionError("oh"))()

    with pytest.raises(AssertionError) as found:
        check_rules(broken(tell=late))
    assert isinstance(found.value.__cause__, ZeroDivisionError)
    seed, moves = re.findall(
        r"^ZeroDivisionError: oh\. This is stones with seeds=\[(\d+)\] after: (.*)\.$", str(found.value)
    )[0]
    assert re.fullmatch(r"(client|server) play stones(, (client|server) (one|two))+", moves)
    with pytest.raises(AssertionError) as again:
        check_rules(broken(tell=late), seeds=[int(seed)])
    assert str(again.value) == str(found.value)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named(name: str) -> None:
    rules, words = FAULTS[name]
    with pytest.raises(AssertionError, match=re.escape(words)):
        check_rules(rules, typed=["one"] if name == "notation refused" else [])


class TestCards:
    """Games with cards."""

    def test_game_with_cards_passes(self) -> None:
        check_rules(Colours(), typed=["none", "again", "count", "end"], seeds=range(5))

    def test_move_that_the_hand_does_not_allow_is_found(self) -> None:
        class Lists(Colours):
            """The board lists what is not fair."""

            def board(self, position: tuple[str, ...], viewer: Seat | None, secrets: Secrets, before: Any) -> Board:
                """It lists `none` whatever is held."""
                return Board(["Cards."], [Choice("none")] if viewer in secrets else ())

        with pytest.raises(AssertionError, match="The move none is listed, but the hand does not allow it"):
            check_rules(Lists(), seeds=range(5))

    def test_refusal_that_is_not_a_sentence_is_found(self) -> None:
        class Mute(Colours):
            """It does not say why."""

            def fair(self, position: tuple[str, ...], seat: Seat, move: str, held: Sequence[str]) -> None:
                """Nothing is."""
                raise IllegalMove("no")

        with pytest.raises(AssertionError, match="is refused with what is not a sentence: no"):
            check_rules(Mute(), seeds=range(1))
