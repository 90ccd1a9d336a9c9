"""How what is told comes onto a screen: in colours, in words, in rows; nothing of this changes what is told."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

import pyte
import pytest
import wcwidth
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chatgame.core.board import FREE, Board, Cell, Choice, Grid, Mark, Picture
from chatgame.core.log import Step
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN, hangman
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.level import Level
from chatgame.players.bot.strategies import STRATEGIES
from chatgame.players.person.answers import answer
from chatgame.players.person.boards import GAP, in_words
from chatgame.players.person.look import READABLE, Look, columns, wrapped
from chatgame.players.person.narration import (
    NOBODY,
    Asked,
    Over,
    Said,
    ShellCommand,
    Showable,
    Waiting,
    narrate,
    recalled,
)
from chatgame.players.person.screen import prompt, shown, shown_together, titled
from chatgame.players.script import Script
from chatgame.session.play import converse
from tests.kit.logs import steps_of

CLIENT, SERVER = Seat
NAMES = {CLIENT: "Anna", SERVER: "日本"}
WIDTHS = (None, 40, 200)

words = st.text("abcXO日本한e\u0301אבג*.|-", min_size=1, max_size=12)
texts = st.lists(words, max_size=40).map(" ".join)


class Gamer(Script):
    """Plays every game once, as this side begins it, with a remark in each; keeps what it has seen."""

    def __init__(self, seat: Seat, chance: Random) -> None:
        super().__init__([])
        self.seat = seat
        self.chance = chance
        self.seen: list[Step] = []
        self.left = list(BUILT_IN) if seat is CLIENT else []
        self.remarked = -1

    async def ask(self, table: Table) -> str:
        """A remark, then moves; in chat, the next game."""
        match = table.playing
        if not match:
            return f"play {self.left.pop()}" if self.left else "/q" if self.seat is CLIENT else "Next!"
        if self.remarked != match.number:
            self.remarked = match.number
            return "/say Mind the X and the O, 日本!"
        strategy = STRATEGIES.get(match.rules.name)
        if strategy:
            return strategy(match.position, self.seat, Level.MEDIUM, self.chance)
        secret = self.seen[-1].secret
        return self.chance.choice(Perspective(match, self.seat, secret).board().choices).text

    async def see(self, step: Step) -> None:
        """Keep it."""
        self.seen.append(step)


@pytest.fixture(scope="module")
def seen() -> dict[Seat, list[Step]]:
    """All that both sides saw of one conversation in which every game was played to its end."""
    players = [Gamer(seat, Random(seat)) for seat in Seat]

    async def play() -> None:
        journals = [InMemory(seat) for seat in Seat]
        async with asyncio.timeout(20):
            await asyncio.gather(
                *(
                    converse(player, link, BUILT_IN, journal, player.chance)
                    for player, link, journal in zip(players, linked_in_memory(BUILT_IN), journals, strict=True)
                )
            )

    asyncio.run(play())
    return {player.seat: player.seen for player in players}


@pytest.fixture(scope="module")
def told(seen: dict[Seat, list[Step]]) -> list[Showable]:
    """The different lines and boards among all that both were told."""
    return list({(type(line), repr(line)): line for line in narrated(seen)}.values())


def narrated(seen: dict[Seat, list[Step]]) -> Iterator[Showable]:
    """What both were told, without names and with them, and what somebody saw who came back."""
    for seat, steps in seen.items():
        for names in (NOBODY, NAMES):
            for step in steps:
                yield from narrate(step, seat, names)
            for number in range(10, len(steps), 50):
                yield from recalled(steps[:number], seat, names)


def boards(told: Sequence[Showable]) -> Iterator[Board]:
    """Each of the boards."""
    return (line for line in told if isinstance(line, Board))


def uncoloured(text: str) -> str:
    """A text without the codes for colours and titles."""
    return re.sub(r"\x1b\[[\d;]*m|\x1b\]2;[^\x07]*\x07", "", text)


def on_screen(text: str, width: int = 100, height: int = 40) -> pyte.Screen:
    """A terminal on which this was written."""
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return screen


def reversed_cells(screen: pyte.Screen) -> dict[tuple[int, int], str]:
    """What is marked on a terminal, by row and column."""
    cells = ((row, column) for row in range(screen.lines) for column in range(screen.columns))
    return {(y, x): screen.buffer[y][x].data for y, x in cells if screen.buffer[y][x].reverse}


# Colours


def test_every_game_is_among_what_was_told(seen: dict[Seat, list[Step]], told: list[Showable]) -> None:
    """These tests see something: each game with several boards, a remark, and how it ended."""
    steps = seen[CLIENT]
    assert [step.turn.text for step in steps if step.turn.kind is Kind.PLAY] == list(reversed(list(BUILT_IN)))
    ends = [line for step in steps for line in narrate(step, CLIENT) if isinstance(line, Over)]
    assert len(ends) == len(BUILT_IN)
    assert len(list(boards(told))) > 100
    assert any(isinstance(line, Said) and line.startswith("Anna says: Mind the X") for line in told)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_colours_never_change_the_words_of_a_conversation(
    told: list[Showable], width: int | None, plain: bool
) -> None:
    """A screen without colours misses nothing, in any game, with names and without."""
    for line in told:
        assert uncoloured(shown(line, Look(True, plain, width))) == shown(line, Look(False, plain, width))
    assert uncoloured(prompt(Look(colour=True))) == prompt(Look()) == PROMPT


def board_of(text: str) -> Board:
    """A board with a text in all its places."""
    mark = Mark(text, text, tone="first")
    cells = [
        Cell("a1", mark, fresh=True),
        Cell("b1", mark, line=True),
        Cell("a2", FREE),
        Cell("b2", mark, hidden=True),
    ]
    grid = Grid(cells, 2, text, (text, "b"), ("1", text), [mark])
    return Board([grid, replace(grid, pattern="ruled"), text, Picture(text, text)])


@settings(derandomize=True, database=None, deadline=None)
@given(
    st.text(max_size=150) | texts,
    st.sampled_from([str, Said, Waiting, Asked, Over, board_of]),
    st.none() | st.integers(1, 200),
)
def test_colours_never_change_the_words_of_any_text(
    text: str, kind: Callable[[str], Showable], width: int | None
) -> None:
    assert uncoloured(shown(kind(text), Look(True, width=width))) == shown(kind(text), Look(width=width))


def test_player_who_moves_again_is_told_so() -> None:
    """This happens in reversi, where the other one has to pass."""
    steps = moves_of("reversi", "d3", "c3", "b3", "b2", "f5", "a3", "a1", "c1")
    mover = steps[-1].turn.seat
    (asked,) = (line for line in narrate(steps[-1], mover) if isinstance(line, Asked))
    assert asked.startswith("Your move again: a cell")
    (asked,) = (line for line in narrate(steps[-2], mover) if isinstance(line, Asked))
    assert asked.startswith("Your move: a cell")
    assert "\x1b" not in shown(asked, Look(colour=True))  # it does not say who is waited for
    assert "Waiting for the client, who moves again..." in narrate(steps[-1], mover.other)


def test_title_is_all_that_a_title_sets() -> None:
    screen = on_screen(titled("waiting for \x07\x1b[2J日本"))
    assert screen.title == r"waiting for \x07\x1b[2J日本"
    assert "".join(screen.display).strip() == ""


def moves_of(game: str, *moves: str) -> list[Step]:
    """The steps of a game that the client has asked for, up to these moves."""
    return steps_of(f"play {game}", *(f"move {move}" for move in moves))


def board_after(game: str, *moves: str) -> Board:
    """What the server is shown of the last of the moves."""
    steps = moves_of(game, *moves)
    (board,) = (line for line in narrate(steps[-1], SERVER) if isinstance(line, Board))
    return board


@pytest.mark.parametrize(
    ("game", "moves", "marked"),
    [
        ("tictactoe", ["5"], {(2, 5): "X"}),
        ("tictactoe", ["5", "9"], {(4, 9): "O"}),
        ("connect4", ["4", "4"], {(5, 7): "O"}),
        ("reversi", ["d3"], {(3, 8): "X", (4, 8): "X"}),  # with the disc that it has turned over
    ],
)
def test_last_move_is_marked(game: str, moves: Sequence[str], marked: dict[tuple[int, int], str]) -> None:
    """It is in reverse video at its cell and nowhere else, also when the board is asked for again."""
    again = answer("/board", moves_of(game, *moves)[-1].after, SERVER, None)
    assert again
    for board in (board_after(game, *moves), again):
        assert reversed_cells(on_screen(shown(board, Look(colour=True)))) == marked


def test_last_move_is_marked_without_colours_too() -> None:
    """It has brackets; several cells in a row share one pair."""
    rows = shown(board_after("reversi", "d3"), Look()).split("\n")
    assert rows[3:5] == ["3 . . .[X]. . . .", "4 . . .[X]X . . ."]
    cells = [Cell(name, Mark("X", "you"), fresh=name in "abd") for name in "abcd"]
    assert shown(Board([Grid(cells, 4)]), Look()) == "[X X]X[X]\n"


@pytest.mark.parametrize(
    ("game", "moves", "line"),
    [
        ("tictactoe", "14253", {(0, 1), (0, 5), (0, 9)}),
        ("tictactoe", "1425", None),  # nobody has won
        ("connect4", "1213141", {(3, 1), (4, 1), (5, 1), (6, 1)}),
    ],
)
def test_winning_line_is_marked(game: str, moves: str, line: set[tuple[int, int]] | None) -> None:
    """The whole of it is in green and reverse video, and nothing else is."""
    screen = on_screen(shown(board_after(game, *moves), Look(colour=True)))
    green = {cell for cell in reversed_cells(screen) if screen.buffer[cell[0]][cell[1]].fg == "green"}
    assert green == (line or set())


def test_winning_line_has_the_brackets_once_there_is_one() -> None:
    """The last move has none then."""
    cells = [Cell(name, Mark("X", "you"), fresh=name == "c", line=name in "ab") for name in "abc"]
    assert shown(Board([Grid(cells, 3)]), Look()) == "[X X]X\n"


def test_colours_are_those_of_what_stands_there_and_of_no_letter() -> None:
    """The o and the x of hangman are letters, and no misses and hits; nor is the head on the gallows a mark."""
    position = hangman.Position(CLIENT, "_ox_o", ("o", "x", "e"), "")
    board = BUILT_IN["hangman"].board(position, SERVER, {}, None)
    screen = on_screen(shown(board, Look(colour=True)))
    colours = {screen.buffer[y][x].fg for y in range(screen.lines) for x in range(screen.columns)}
    assert colours == {"default"}


# Rows


@settings(derandomize=True, database=None, deadline=None)
@given(texts, st.sampled_from([10, 40, 100, 200]))
def test_rows_are_no_wider_than_the_screen_and_nothing_is_lost(text: str, width: int) -> None:
    """Words stay whole where they fit, what goes on is indented, and the rows together are the text's words."""
    rows = shown(Said(text), Look(width=width)).removesuffix("\n").split("\n")
    assert all(wcwidth.wcswidth(row) <= min(width, READABLE) for row in rows)
    assert all(re.match(r"  \S", row) for row in rows[1:])
    if all(wcwidth.wcswidth(word) <= width - 2 for word in text.split()):
        assert " ".join(rows).split() == text.split()
    assert "".join("".join(rows).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "joined",
    ["👍🏽" * 19, "👨‍👩‍👧‍👦" * 12, "☕︎" * 30, "🇩🇪🇫" * 12, "é̂" * 40, "👍🏽 " * 25],
    ids=["skin", "families", "text style", "flags", "marks", "words"],
)
@pytest.mark.parametrize("width", [40, 80])
def test_no_row_begins_as_a_line_of_the_program_where_a_terminal_joins_less(joined: str, width: int) -> None:
    """Terminals differ in which characters they show as one; what this screen breaks by itself is not indented."""
    for filled in range(12):
        text = shown(Said(f"Hi {joined}{'.' * filled}Enter Input >"), Look(width=width))
        assert not any(row.startswith("Enter") for row in on_screen(text, width).display)
        assert all(columns(row) <= width for row in text.splitlines())


def test_characters_joined_to_one_that_is_wider_than_the_screen_are_parted() -> None:
    """There are terminals that join none of them."""
    family = "\u200d".join("👩" * 20)
    rows = wrapped(f"Hi {family}", 10)
    assert all(columns(row) <= 10 for row in rows)
    assert "".join("".join(rows).split()) == f"Hi{family}"


def test_blanks_at_which_a_line_is_broken_are_dropped_and_others_stay() -> None:
    """Those before the first word are its indentation."""
    assert wrapped("  one  two" + " " * 30 + "three ", 12) == ["  one  two", "  three"]
    assert wrapped(" " * 30 + "one", 12) == ["one"]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_screen_of_hardly_any_width_loses_nothing(width: int) -> None:
    """There is a character in each row, also where the row is too narrow for it, and its colour goes with it."""
    rows = wrapped("日a \x1b[36mX\x1b[0m", width)
    assert "".join("".join(rows).split()) == "日a\x1b[36mX\x1b[0m"
    assert rows[-1] == "  \x1b[36mX\x1b[0m"


def test_name_above_a_board_is_broken_like_any_text() -> None:
    """Nothing in it stands where a row begins."""
    grids = [Grid([Cell("a1", FREE)], 1, title) for title in ("sea of " + "wide " * 20 + "Enter Input >", "sea")]
    assert not any(row.startswith("Enter") for row in on_screen(shown(Board(grids), Look(width=40)), 40).display)


def test_wide_board_is_not_broken_on_a_wide_screen() -> None:
    """Text is, where it would be hard to read."""
    board = Board([Grid([Cell(str(n), FREE) for n in range(60)], 60)])
    assert shown(board, Look(width=200)).count("\n") == 1
    assert shown(Said("x " * 59 + "x"), Look(width=200)).count("\n") == 2


def test_text_that_is_blank_is_a_line_too() -> None:
    """What the partner has said does not vanish, however long it is."""
    for text in (" ", " " * 500):
        assert shown(Said(text), Look(width=40)).count("\n") == 1


def test_word_that_is_wider_than_the_screen_is_broken() -> None:
    """Nothing of it is lost, nor can what follows be taken for a line of its own."""
    rows = wrapped("日" * 30 + " end", 40)
    assert [wcwidth.wcswidth(row) <= 40 for row in rows] == [True] * len(rows)
    assert "".join(rows).replace("  ", "").replace(" ", "") == "日" * 30 + "end"
    assert all(row.startswith("  ") for row in rows[1:])


def test_command_to_copy_is_one_line_on_the_narrowest_screen() -> None:
    """The terminal wraps it, and knows that it is one line; the same words of the partner's are rows of a message."""
    command = "chatgame client --relay relay.example.org 7-guitar-island"
    assert shown(ShellCommand(command), Look(width=40)) == f"{command}\n"
    assert shown(Said(command), Look(width=40)).count("\n") == 2


def test_short_command_in_a_sentence_is_not_broken() -> None:
    sentence = "Conversation 12 is over. To see it again: chatgame replay 12"
    assert wrapped(sentence, 50)[1] == "  chatgame replay 12"
    assert wrapped("PGN needs the extra chess: pip install 'chatgame[chess]'.", 40)[1:] == [
        "  pip install 'chatgame[chess]'."
    ]


def test_lines_are_not_broken_in_pipes() -> None:
    """Programs that read them there break them as they like."""
    assert shown(Said("word " * 100), Look()) == "word " * 100 + "\n"


@pytest.mark.parametrize("unicode", [False, True])
@pytest.mark.parametrize("width", [40, 60, 200])
def test_boards_of_every_game_fit_the_screen(told: list[Showable], width: int, unicode: bool) -> None:
    """The two of battleship stand one below the other where there is no room."""
    for board in boards(told):
        rows = shown(board, Look(width=width, unicode=unicode)).split("\n")
        assert max(map(wcwidth.wcswidth, rows)) <= width
        wide = shown(board, Look(unicode=unicode))
        assert sorted(" ".join(rows).split()) == sorted(wide.split())


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_boards_stand_in_the_middle_of_the_text_on_a_wide_screen(width: int) -> None:
    """Captions begin where they do; on other screens, and in a pipe, all begins at the edge."""
    board = board_after("tictactoe", "5")
    edge = shown(board, Look()).splitlines()
    indent = " " * (44 if width > READABLE else 0)
    assert shown(board, Look(width=width)).splitlines() == [f"{indent}{row}" for row in edge]


def test_board_without_a_figure_is_text() -> None:
    """Words keep the left edge."""
    assert shown(Board(["You: 5 points."]), Look(width=200)) == "You: 5 points.\n"


def sea(title: str, first: str) -> Grid:
    """A sea of two by two."""
    return Grid(
        [Cell(f"{x}{y}", Mark(first, "ship")) for y in "12" for x in "ab"], 2, title, "ab", "12", [Mark("o", "miss")]
    )


SEAS = Board([sea("日本日本", "X"), sea("you", "."), "the end"])


def test_boards_side_by_side_are_aligned_also_below_wide_names() -> None:
    """Columns are counted as the screen does; what both explain stands once below them."""
    assert shown(SEAS, Look()).splitlines() == [
        f"日本日本{GAP}you",
        f"  a b   {GAP}  a b",
        f"1 X X   {GAP}1 . .",
        f"2 X X   {GAP}2 . .",
        "o: miss",
        "the end",
    ]


def test_boards_without_room_stand_one_below_the_other() -> None:
    """Each stays whole, and the one to choose in comes last, with what stands below it."""
    first, second = ["日本日本", "  a b", "1 X X", "2 X X"], ["you", "  a b", "1 . .", "2 . ."]
    rows = [row.strip() for row in shown(SEAS, Look(width=16)).splitlines()]
    assert rows == [row.strip() for row in [*first, *second, "o: miss", "the end"]]
    rows = [row.strip() for row in shown(replace(SEAS, choices=[Choice("b2", ["b2"])]), Look(width=16)).splitlines()]
    assert rows == [row.strip() for row in [*second, *first, "o: miss", "the end"]]
    assert shown(SEAS, Look(width=17)) == shown(SEAS, Look())


def test_board_to_choose_in_and_what_has_happened_are_on_a_small_screen_when_one_is_asked(
    seen: dict[Seat, list[Step]],
) -> None:
    """Of 40 columns and 20 rows, with all that stands between them and the prompt, in every game."""
    asked, look = 0, Look(width=40, height=20)
    for seat, steps in seen.items():
        for step in steps:
            lines = narrate(step, seat, NAMES)
            board = next((line for line in lines if isinstance(line, Board) and line.choices), None)
            if not board:
                continue
            asked += 1
            screen = [row.strip() for row in on_screen(shown_together(lines, look) + PROMPT, 40, 20).display]
            needed = replace(board, parts=[part for part in board.parts if not isinstance(part, str)][:1])
            happened = lines[: lines.index(board)][-1:]
            for row in "".join(shown(text, look) for text in (needed, *happened)).splitlines():
                assert row.strip() in screen
    assert asked > 100


def test_line_before_a_board_stands_below_it_only_where_the_screen_is_too_low() -> None:
    """A person who reads upwards from the prompt finds it."""
    board = Board([Picture("1\n2\n3", "high")])
    lines: list[Showable] = [Said("Hello"), "You played 5.", board, Asked("Your move: 1.")]
    up, down = "Hello\nYou played 5.\n1\n2\n3\nYour move: 1.\n", "Hello\n1\n2\n3\nYou played 5.\nYour move: 1.\n"
    for height, text in ((None, up), (6, up), (5, down), (1, down)):
        assert shown_together(lines, Look(height=height)) == text
    assert shown_together([board], Look(height=1)) == "1\n2\n3\n"


# In words


def test_plain_screen_draws_nothing(told: list[Showable]) -> None:
    """It has no drawing and no codes, which a screen reader would spell out; all else is as it was."""
    look = Look(plain=True, width=80)
    for line in told:
        text = shown(line, look)
        if not isinstance(line, Board):
            assert text == shown(line, Look(width=80))
            continue
        assert text == "".join(shown(row, look) for row in in_words(line))
        assert not re.search(r"[|+#_\x1b]|--", text), text
        assert all(re.search(r"\w", row) for row in text.splitlines())
    assert prompt(look) == PROMPT


def test_plain_screen_tells_of_a_large_board_what_is_new_and_the_rest_on_request() -> None:
    """`/board` tells the rest; a small board is told whole."""
    steps = moves_of("reversi", "d3")
    look = Look(plain=True)
    assert [shown(line, look) for line in narrate(steps[-1], SERVER)] == [
        "You played d3.\n",
        "You (4): d3, d4.\n",
        "Waiting for the client...\n",
    ]
    board = answer("/board", steps[-1].after, SERVER, None)
    assert board
    assert shown(board, look) == "You (4): d3, d4, e4, d5.\nThe client (1): e5.\n"
    assert [shown(line, look) for line in narrate(moves_of("tictactoe", "5")[-1], SERVER)] == [
        "You played 5.\n",
        "You: 5 centre.\nFree: 1, 2, 3, 4, 6, 7, 8, 9.\n",
        "Waiting for the client...\n",
    ]
