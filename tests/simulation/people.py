"""The two people of a simulated session: what they type, and what must hold at the end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from string import ascii_lowercase

from chatgame.core.errors import PlayerLeft
from chatgame.core.log import Step
from chatgame.core.match import Match
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN, battleship, eights, hangman, pig, rps
from chatgame.protocol.words import WORDS

THINKING = (0.0, 0.0, 0.001, 0.1, 1.0, 20.0)
"""Seconds that people think."""

WRITING = (0.0, 0.0, 0.001, 0.5)
"""Seconds that the disk takes."""

DOWN = (0.0, 0.1, 3.0, 40.0)
"""Seconds that the line stays cut, or a program dead."""


class Person:
    """Chats, plays every game, and quits or leaves at random; sits through many lives of the program.

    Attributes:
        seat: where they sit.
        gone: whether they have left for good.
        asked: whether they are asked for a line.
        typed: every line of chat that they have typed.
        in_work: the last of these lines, until they see it in the log.
        lost: the lines that were never kept, since a program died or refused them.
    """

    def __init__(self, seat: Seat, chance: Random) -> None:
        self.seat = seat
        self.gone = False
        self.asked = False
        self.typed: list[str] = []
        self.in_work: str | None = None
        self.lost: set[str] = set()
        self._secret: str | None = None
        self._chance = chance
        self._patience = chance.randrange(1, 30)

    def line(self, table: Table) -> str:
        """Return the next line.

        Raises:
            PlayerLeft: they leave.
        """
        chance, match = self._chance, table.playing
        self._patience -= 1
        if self._patience < 0 and not chance.randrange(3):
            if chance.randrange(5):
                return "/q"
            self.gone = True
            raise PlayerLeft("Gone.")
        if table.watching.asked_by or (match and match.offer):
            return chance.choice(["/accept", "/decline", "yes", "no"])
        if table.watching.since is not None and chance.random() < 0.1:
            return "/watch off"
        if table.watching.since is None and not match and chance.random() < 0.1:
            return "/watch"
        if match and chance.random() < 0.9:
            if match.offers and chance.random() < 0.1:
                return f"/{chance.choice(match.offers)}"
            if chance.random() < 0.05:
                return "/resign"
            return any_move(match, self.seat, self._secret, chance)
        if not match and chance.random() < 0.4:
            return f"play {chance.choice(list(BUILT_IN))}"
        self.in_work = f"line {len(self.typed)} of the {self.seat}"
        self.typed.append(self.in_work)
        return f"/say {self.in_work}" if match else self.in_work

    def saw(self, step: Step) -> None:
        """See a turn; a line of one's own is no longer in work."""
        self._secret = step.secret
        if step.turn.seat is self.seat:
            self.in_work = None

    def came(self, steps: Sequence[Step]) -> None:
        """Come to the table, or back to it."""
        self._secret = steps[-1].secret if steps else None

    def heard(self, text: str) -> None:
        """Check that a sentence for this person alone is about one of the troubles that there are."""
        expected = ("20 remarks", "is late", "full", "can be written again")
        assert any(words in text for words in expected), text
        if self.in_work:
            self.lost.add(self.in_work)  # it was refused, or not kept, and another will be typed

    def died(self, log: Sequence[Turn]) -> None:
        """Note that the program has died: a line that was not in its log is lost."""
        self.asked = False
        if self.in_work and all(turn.text != self.in_work for turn in log):
            self.lost.add(self.in_work)
        self.in_work = None


def any_move(match: Match, seat: Seat, secret: str | None, chance: Random) -> str:
    """Return a random move, choice or secret: the bots' strategies take longer than all the rest of a session."""
    match match.position:
        case battleship.Position() if match.hides_for_good:
            return "random"
        case battleship.Position(target=target):
            cell = chance.choice([cell for cell, mark in enumerate(target) if mark == "."])
            return f"{'abcdefghij'[cell % 10]}{cell // 10 + 1}"
        case hangman.Position() if match.hides_for_good:
            return chance.choice(WORDS)
        case hangman.Position(tried=tried):
            return chance.choice([letter for letter in ascii_lowercase if letter not in tried])
        case pig.Position(points=points):
            return chance.choice(["roll", "roll", "roll", "hold"]) if points else "roll"
        case eights.Position():
            return chance.choice(eights.choices(match.position, Side(match, seat, secret).hand))
        case rps.Position():
            return chance.choice(list(rps.BEATS))
    return str(chance.choice(list(match.rules.legal_moves(match.position))))


def check(people: Mapping[Seat, Person], logs: Mapping[Seat, Sequence[Turn]]) -> None:
    """Check that nothing was lost, doubled, reordered or changed."""
    client, server = (logs[seat] for seat in Seat)
    shorter = min(len(client), len(server))
    assert client[:shorter] == server[:shorter], "the logs differ"
    if not any(person.gone for person in people.values()):
        assert client == server, "one log is shorter"
    longer = max(client, server, key=len)
    written = Counter(turn.text for turn in longer if turn.kind is Kind.SAY)
    for person in people.values():
        for line in person.typed:
            assert written[line] == 1 or (line in person.lost | {person.in_work} and not written[line]), line
    for turn in longer:
        assert turn.kind is not Kind.SAY or turn.text in people[turn.seat].typed, turn
