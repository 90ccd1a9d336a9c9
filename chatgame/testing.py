"""Whether a game keeps the rules for games, in one line of its author's tests.

    from chatgame.testing import check_rules

    def test_rules() -> None:
        check_rules(Nim())

Two sides that share nothing, as on two computers, play random games. What the rules say is checked in each position.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import TypeVar

from msgspec import to_builtins

from chatgame.core.board import Board
from chatgame.core.commitments import SALT_SIZE, Opening, Place, commitment
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.limits import MAX_COUNT
from chatgame.core.match import Duty, Match
from chatgame.core.offers import ACCEPT, DECLINE, DRAW, UNDO
from chatgame.core.perspective import Perspective
from chatgame.core.rules import ANY_FAILURE, AnyRules
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.players.person.boards import drawn, in_words
from chatgame.players.person.inert import inert
from chatgame.players.person.look import Look, columns
from chatgame.plugins import checked

LONGEST = 5_000
"""Turns after which a random game is taken for endless."""

WIDEST = 80
"""Columns of a board, at most: the usual width of a terminal."""

TELLING = 4
"""Characters of a secret that is looked for on boards; a shorter one may stand there by chance."""

OFFERED = 0.05
"""The probability that an offer is made where one can be."""

ACCEPTED = {DRAW: 0.1, UNDO: 0.7}
"""The probability that each is accepted."""

_ODD = ("", " ", "0", "-1", "+1", "01", "1_0", "1.0", "²", "٣", "\uff11", "\u017f", "?", "\n", "\x00", "9" * 4000)
"""Texts that somebody may type, or a hostile program may send, as a move."""

T = TypeVar("T")


def check_rules(
    rules: AnyRules, *, typed: Sequence[str] = (), options: Sequence[str] = ("",), seeds: Iterable[int] = range(20)
) -> None:
    """Play random games, and see that `rules` do what `Rules` asks of a game.

    Both programs come to the same positions and to one outcome, within 5000 turns. A position is immutable, and
    written as lists of texts, null and integers below 2^53. Each viewer has a board, drawn and in words, and it shows
    nothing of the other's secret. Each choice, and each move that is listed, can be made. Any text is either a move,
    whose notation stands for the same move, or refused with a sentence; by `IllegalMove`, if it was a move before. In
    a game with cards, the hand allows each move that its board lists, and nobody has cheated when all is audited.

    Args:
        rules: those of the game.
        typed: what players may type where the rules list no moves: choices, secrets and moves, for any position.
        options: what may stand behind the name of the game, as in `play rps 3`; one of them for each game.
        seeds: of the random games.

    Raises:
        AssertionError: the rules do not; the sentence says what is wrong, with which seed and after which moves.
    """
    try:
        checked(rules, getattr(rules, "name", ""))
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{type(rules).__name__} cannot be a game: {error}.") from error
    _see(_is_phrase(rules.title), f"`title` is not a name: {rules.title!r}.")
    _see(_is_sentence(rules.about), f"`about` is not a sentence: {rules.about!r}.")
    _check_options(rules)
    for seed in seeds:
        game = _Game(rules, typed, Random(seed))  # noqa: S311  # it can be played again
        try:
            game.play(options)
        except ANY_FAILURE as error:
            what = str(error) if isinstance(error, AssertionError | Refused) else f"{type(error).__name__}: {error}."
            moves = ", ".join(game.moves)
            raise AssertionError(f"{what} This is {rules.name} with seeds=[{seed}] after: {moves}.") from error


def _see(kept: object, broken: str) -> None:
    """See that a rule is kept."""
    if not kept:
        raise AssertionError(broken)


def _check_options(rules: AnyRules) -> None:
    """See that options are taken, or refused with a sentence."""
    for options in _ODD:
        try:
            rules.start(Seat.CLIENT, options)
        except Refused as error:
            good = _is_sentence(str(error)) or not options.isprintable()
            _see(good, f"The options {options!r:.60} are refused with what is not a sentence: {error}")
        except ANY_FAILURE as error:
            what = f"{type(error).__name__}: {error}"
            raise AssertionError(f"The options {options!r:.60} raised {what}, and not Refused.") from error


def _is_sentence(text: object) -> bool:
    """Whether it is a line for people that ends as sentences do."""
    return isinstance(text, str) and text.isprintable() and bool(re.fullmatch(r"\S.*[.!?]", text))


def _is_phrase(text: object) -> bool:
    """Whether it can stand within a sentence of the program's."""
    return isinstance(text, str) and text.isprintable() and bool(re.fullmatch(r"\S(?:.*[^\s.!?])?", text))


class _Program:
    """One of the two programs: its own copy of the rules, its table, and what it hides."""

    def __init__(self, seat: Seat, rules: AnyRules) -> None:
        self.seat = seat
        self.rules = deepcopy(rules)
        self.table = Table.open("0" * 32, {rules.name: self.rules}, {rules.name: rules.version})
        self.openings: dict[int, Opening] = {}
        self.secret: str | None = None

    @property
    def match(self) -> Match:
        """The game."""
        assert self.table.match, "it was opened"
        return self.table.match

    @property
    def side(self) -> Side:
        """The game, and what this program hides in it."""
        return Side(self.match, self.seat, self.secret)


class _Game:
    """A random game.

    Attributes:
        moves: what was done so far, as people would type it.
    """

    def __init__(self, rules: AnyRules, typed: Sequence[str], chance: Random) -> None:
        self.moves: list[str] = []
        self._name = rules.name
        self._typed = typed
        self._chance = chance
        self._programs = {seat: _Program(seat, rules) for seat in Seat}
        self._known: dict[Seat, list[str]] = {seat: [] for seat in Seat}  # the moves that could be made before
        self._public = ""  # what boards may show: what they have shown before there were secrets, and moves

    def play(self, options: Sequence[str]) -> None:
        """Play it to its end."""
        inviter = self._chance.choice([*Seat])
        if inviter is Seat.SERVER:
            self._write(Seat.CLIENT, Kind.SAY, "Shall we play?")
        opened = f"{self._name} {self._chance.choice(options)}".rstrip()
        self.moves.append(f"{inviter} play {opened}")
        self._write(inviter, Kind.PLAY, opened)
        for _ in range(LONGEST):
            match = self._programs[inviter].match
            self._check_position(match)
            if not match.duty:
                break
            before = match.notation
            if not self._bargained(match, match.duty.seat):
                self._act(match, match.duty)
            _see(match.notation == before, f"The rules have changed a position, which is now {match.position!r}.")
        ours, theirs = (program.match.outcome for program in self._programs.values())
        _see(ours and theirs, f"The game goes on after {LONGEST} turns.")
        _see(ours == theirs, f"The game ends with {ours} on one side and with {theirs} on the other.")
        _see(ours and "cheated" not in ours.reason, f"Nobody has cheated, but the game ends with {ours}.")

    def _act(self, match: Match, duty: Duty) -> None:
        """Write the turn that the match waits for."""
        seat, kind, asked, ply = duty
        program, position = self._programs[seat], match.position
        if asked:
            asks = self._both("What is asked for", lambda rules: rules.asks(position, seat))
            _see(_is_phrase(asks), f"What is asked for is not the end of a sentence: {asks!r}.")
            text = self._chance.choice(self._moves(program, kind))
        elif kind is Kind.ANSWER:
            text = program.side.answer()
        elif kind is Kind.SHUFFLE:
            self._write(seat, kind, program.side.shuffled())
            self._check_told(match, program.match)
            return
        elif kind is Kind.SHARE:
            self._write(seat, kind, program.side.shared())
            for other in self._programs.values():
                other.side.check_since(match)
            self._check_told(match, program.match)
            return
        elif kind is Kind.REVEAL:
            self._write(seat, kind, str(program.openings[ply]))
            self._check_told(match, program.match)
            return
        elif match.shuffles:
            text = self._chance.randbytes(32).hex()
        else:
            text = str(self._chance.randrange(match.sides))
        self.moves.append(f"{seat} {text}")
        if asked or kind is Kind.ANSWER:
            for line in self._near(text):
                _read(program.rules, position, seat, line)
        if kind in (Kind.MOVE, Kind.ANSWER):
            self._public += f"\n{text}"
        if kind is Kind.COMMIT:
            program.secret = program.side.secret_with(text)
            program.openings[ply] = Opening(self._chance.randbytes(SALT_SIZE), text)
            text = commitment(Place(match.session, match.number, ply, seat), program.openings[ply])
        if kind is Kind.MOVE:
            text = program.side.proven(text)
        self._write(seat, kind, text)
        self._check_told(match, program.match)

    def _bargained(self, match: Match, seat: Seat) -> bool:
        """Make an offer or respond to one, now and then; returns whether that was done in place of a move."""
        if match.offer:
            accepted = self._chance.random() < ACCEPTED[match.offer]
            self._bargain(seat, Kind.RESPOND, ACCEPT if accepted else DECLINE)
        elif match.offers and self._chance.random() < OFFERED:
            self._bargain(seat, Kind.OFFER, self._chance.choice(match.offers))
        else:
            return False
        return True

    def _bargain(self, seat: Seat, kind: Kind, text: str) -> None:
        self.moves.append(f"{seat} /{text}")
        self._write(seat, kind, text)

    def _check_told(self, before: Match, after: Match) -> None:
        """See that what the rules have got, or what is shown at the end, is told to everybody in a sentence."""
        shown = after.shown[len(before.shown) :]
        for viewer in (None, *Seat):
            secret = self._programs[viewer].secret if viewer else None
            seen = shown or ([Perspective(after, viewer, secret).seen(before)] if after.ply != before.ply else [])
            for came in seen:
                told = self._both("What is told", lambda rules: rules.tell(before.position, came, viewer))  # noqa: B023
                _see(not told or _is_sentence(told), f"What {came} does is not told in a sentence: {told!r}.")

    def _moves(self, program: _Program, kind: Kind) -> list[str]:
        """All that the rules list, or what they take of the lines that players may type."""
        seat, rules, position = program.seat, program.rules, program.match.position
        if kind is Kind.MOVE:
            for move in self._chance.sample(self._known[seat], min(1, len(self._known[seat]))):
                _read(rules, position, seat, move, known=True)
            if moves := self._listed(program) or self._from_hand(program):
                self._known[seat] += moves
                return moves
        elif program.match.hides_for_good:
            seed = self._chance.getrandbits(64)
            secret = self._both("A random secret", lambda rules: rules.any_secret(position, seed))
            if secret is not None:
                _see(_read(rules, position, seat, secret) == secret, f"The random secret {secret} is not one.")
                return [secret]
        read = (_read(rules, position, seat, line) for line in self._typed)
        moves = [move for move in read if move is not None]
        if kind is Kind.MOVE and program.match.cards.decks:
            moves = [move for move in moves if self._in_hand(program, move)]
        _see(moves, f"The rules list no moves here, and take none of typed={[*self._typed]}.")
        self._known[seat] += moves if kind is Kind.MOVE else []
        return moves

    def _listed(self, program: _Program) -> list[str]:
        """The moves that the rules list, if they list any."""
        seat, position = program.seat, program.match.position
        try:
            moves = self._both("The list of moves", lambda rules: [*rules.legal_moves(position)])
        except NotImplementedError:
            return []
        notations = [str(move) for move in moves]
        _see(moves, f"No move is listed, but it is the {seat}'s move.")
        _see(len({*notations}) == len(notations), f"A move is listed twice: {', '.join(notations)}.")
        for move, notation in zip(moves, notations, strict=True):
            try:
                program.match.after(seat, Kind.MOVE, notation)
                kept = program.rules.parse(position, seat, notation) == move
            except Refused as error:
                raise AssertionError(f"The move {notation} is listed, but refused: {error}") from error
            _see(kept, f"The move {notation} is listed, but read as another one.")
        return notations

    def _from_hand(self, program: _Program) -> list[str]:
        """The moves that the board lists for a hand, all of which the hand has to allow."""
        if not program.match.cards.decks:
            return []
        moves = [choice.text for choice in Perspective(program.match, program.seat, program.secret).board().choices]
        for move in moves:
            _see(self._in_hand(program, move), f"The move {move} is listed, but the hand does not allow it.")
        return moves

    def _in_hand(self, program: _Program, move: str) -> bool:
        """Whether the hand allows a move; what it refuses has to be refused with a sentence."""
        try:
            program.side.proven(move)
        except IllegalMove as error:
            _see(_is_sentence(str(error)), f"The move {move} is refused with what is not a sentence: {error}")
            return False
        return True

    def _near(self, text: str) -> list[str]:
        """Texts that look more or less like a move, and may or may not be one."""
        chance, at = self._chance, self._chance.randint(0, len(text))
        spaced = text.replace(" ", "  ")
        mixed = "".join(chance.choices(f"{text}{text} ,-.01azAZé", k=chance.randint(1, 20)))
        return [*_ODD, mixed, text.upper(), text.lower(), f" {spaced} ", f"{text} {text}", text[:at] + text[at + 1 :]]

    def _write(self, seat: Seat, kind: Kind, text: str) -> None:
        """Let one program write a turn, and the other take it, which compares the digests."""
        program, other = self._programs[seat], self._programs[seat.other]
        turn, program.table = program.table.write(seat, kind, text)
        other.table = other.table.after(turn)

    def _both(self, what: str, say: Callable[[AnyRules], T]) -> T:
        """What the rules of both programs say, which has to be the same."""
        ours, theirs = (say(program.rules) for program in self._programs.values())
        _see(ours == theirs, f"{what} is not the same for both programs: {ours!r} and {theirs!r}.")
        return ours

    def _check_position(self, match: Match) -> None:
        """See what can be seen in any position."""
        position = match.position
        _see(_is_immutable(position), f"The position can be changed, or has no order: {position!r}.")
        written = self._both("What is written for a position", lambda rules: to_builtins(rules.written(position)))
        odd = next(_odd(written), None)
        plain = "The position is not of tuples, texts, None and integers below 2^53"
        _see(odd is None, f"{plain}: it holds {odd!r} in {written!r}.")
        outcome = self._both("How the game ends", lambda rules: rules.outcome(position))
        _see(outcome is None or _is_phrase(outcome.reason), f"The reason is not the end of a sentence: {outcome}.")
        for viewer in (None, *Seat):
            self._check_view(viewer)

    def _check_view(self, viewer: Seat | None) -> None:
        """See what a viewer sees, with their own secret and without any; when all is over, everything is shown."""
        name = f"the {viewer}" if viewer else "an onlooker"
        ours, theirs = self._programs.values()
        board = Perspective(ours.match, viewer).board()
        shown = _shown(ours.match, viewer, board)
        _see(
            Perspective(theirs.match, viewer).board() == board,
            f"What {name} sees is not the same for both programs:\n{shown}\n",
        )
        if self._programs[Seat.CLIENT].match.over:
            return
        secrets = {seat: program.secret for seat, program in self._programs.items() if program.secret}
        for seat, secret in secrets.items():
            if seat is viewer:
                match = self._programs[seat].match
                _shown(match, viewer, Perspective(match, viewer, secret).board())
            elif len(secret) >= TELLING and secret in shown:
                _see(secret in self._public, f"What {name} sees shows the secret of the {seat}, {secret}:\n{shown}\n")
        self._public += "" if secrets else shown


def _shown(match: Match, viewer: Seat | None, board: Board) -> str:
    """What a viewer sees and hears of a board, which has to be of a form that screens can show."""
    rows, spoken = [*drawn(board, Look())], [*in_words(board)]
    text = "\n".join(rows)
    good = all(re.fullmatch(rf"[ -~]{{0,{WIDEST}}}", row) for row in rows)
    _see(good, f"A board has to be of ASCII, at most {WIDEST} columns wide:\n{text}\n")
    good = all(re.search(r"\w", line) and re.fullmatch(r"[\w .,:;!?'()-]+", line) for line in spoken)
    _see(good, "A board in words has to be of words alone:\n" + "\n".join(spoken))
    for grid in board.grids:
        for mark in {cell.mark for cell in grid.cells if cell.mark.glyph}:
            good = inert(mark.glyph) == mark.glyph and columns(mark.glyph) == columns(mark.text)
            _see(good, f"The glyph of {mark.text} has to be as wide: {mark.glyph!r}.")
        names, height = [cell.name for cell in grid.cells], len(list(grid.rows))
        _see(len({*names}) == len(names), f"Two cells of a grid have the same name: {', '.join(names)}.")
        good = {len(grid.across), len(grid.below)} <= {0, grid.width} and len(grid.down) in (0, height)
        _see(good, f"A grid needs as many labels as it has columns and rows:\n{text}\n")
    cells = {cell.name for grid in board.grids for cell in grid.cells}
    read = dict[str, str]()
    for choice in board.choices:
        assert viewer, "only players choose"
        try:
            move = match.parse(viewer, choice.text)
        except Refused as error:
            raise AssertionError(f"The move {choice.text} is listed, but refused: {error}") from error
        _see(move not in read, f"A move is listed twice: {read.get(move)}, {choice.text}.")
        _see(cells.issuperset(choice.cells), f"The move {choice.text} touches a cell that is not there.")
        read[move] = choice.text
    return "\n".join([*rows, *spoken])


def _read(rules: AnyRules, position: object, seat: Seat, text: str, *, known: bool = False) -> str | None:
    """The notation of what a text stands for, or None where it is refused; `known` if it was a move before."""
    quoted = f"{text!r:.60}"
    try:
        move = rules.parse(position, seat, text)
    except (InvalidMove, IllegalMove) as error:
        good = _is_sentence(str(error)) or not text.isprintable()
        _see(good, f"The text {quoted} is refused with what is not a sentence: {error}")
        good = not known or isinstance(error, IllegalMove)
        _see(good, f"The move {quoted}, which could be made before, is refused by InvalidMove, not by IllegalMove.")
        return None
    except ANY_FAILURE as error:
        raise AssertionError(f"To read the text {quoted} raised {type(error).__name__}: {error}.") from error
    notation = str(move)
    try:
        good = bool(notation) and rules.parse(position, seat, notation) == move
    except Refused:
        good = False
    _see(good, f"The text {quoted} is read as a move of the notation {notation!r}, which does not stand for it.")
    return notation


def _is_immutable(position: object) -> bool:
    """Whether a position has a hash, and no part of it is a set, whose order differs from program to program."""
    try:
        hash(position)
    except TypeError:
        return False
    parts = position if isinstance(position, tuple) else ()
    return not isinstance(position, frozenset) and all(map(_is_immutable, parts))


def _odd(value: object) -> Iterator[object]:
    """The parts of it that not every language writes alike as JSON, among them True and False."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from _odd(part)
    elif not (value is None or isinstance(value, str) or (type(value) is int and abs(value) <= MAX_COUNT)):
        yield value
