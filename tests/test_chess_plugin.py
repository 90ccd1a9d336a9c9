"""Chess, the plugin of `examples/chess_game`, by its rules."""

import importlib.util
import tomllib
from pathlib import Path
from random import Random

import pytest

from chatgame.core.board import Choice
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.match import Match
from chatgame.core.rules import AnyRules, Outcome
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.players.bot.search import best_move
from tests.games.perft import perft
from tests.games.playing import play
from tests.kit.boards import rows, seen, spoken
from tests.kit.logs import SESSION

PLUGIN = Path(__file__).parent.parent / "examples" / "chess_game"

_spec = importlib.util.spec_from_file_location("chess_game", PLUGIN / "chess_game.py")
assert _spec
assert _spec.loader
chess_game = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(chess_game)

RULES: AnyRules = chess_game.Chess()


def at(board: str, clock: int = 0) -> object:
    """A position with White, the server, to act, so many moves of one side after the last capture or pawn move."""
    return chess_game.Position(("",) * clock + (f"{board} w - -",), Seat.SERVER)


def test_package_names_the_game() -> None:
    """Its entry point is what chatgame looks for."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["chatgame.games"] == {RULES.name: "chess_game:Chess"}


def test_there_are_as_many_lines_of_play_as_are_known() -> None:
    """The counts are at https://www.chessprogramming.org/Perft_Results."""
    assert perft(RULES, 3) == [20, 400, 8902]


@pytest.mark.parametrize("inviter", Seat)
def test_invited_seat_is_white_and_begins(inviter: Seat) -> None:
    """The seats alternate."""
    position = RULES.start(inviter, "")
    assert position.white is RULES.to_act(position) is inviter.other
    assert RULES.to_act(RULES.apply(position, "e2e4")) is inviter


def test_fools_mate_ends_the_game() -> None:
    """This is the shortest game there is: Black wins by the second move."""
    assert play(RULES, "f3", "e5", "g4").outcome is None
    assert play(RULES, "f3", "e5", "g4", "Qh4#").outcome == Outcome(Seat.CLIENT, "checkmate")


def test_scholars_mate_ends_the_game() -> None:
    """White wins as well."""
    assert play(RULES, "e4", "e5", "Bc4", "Nc6", "Qh5", "Nf6", "Qxf7").outcome == Outcome(Seat.SERVER, "checkmate")


def test_stalemate_is_a_draw() -> None:
    """This is the shortest one known, by Sam Loyd."""
    moves = "e3 a5 Qh5 Ra6 Qxa5 h5 h4 Rah6 Qxc7 f6 Qxd7 Kf7 Qxb7 Qd3 Qxb8 Qh7 Qxc8 Kg6 Qe6"
    assert play(RULES, *moves.split()).outcome == Outcome(None, "stalemate")


def test_fifth_time_the_same_position_is_a_draw() -> None:
    """The third and the fourth are not, nor is there a claim."""
    assert play(RULES, *("Nf3 Nf6 Ng1 Ng8 " * 3 + "Nf3 Nf6 Ng1").split()).outcome is None
    assert play(RULES, *("Nf3 Nf6 Ng1 Ng8 " * 4).split()).outcome == Outcome(None, "fivefold repetition")


def test_lost_castling_makes_another_position_of_the_same_board() -> None:
    """The first positions here, where one or both could still castle, do not count."""
    opening, round_trip = "e4 e5 Nf3 Nc6 Be2 Be7 ", "Kf1 Kf8 Ke1 Ke8 "
    assert play(RULES, *(opening + round_trip * 4).split()).outcome is None
    assert play(RULES, *(opening + round_trip * 4 + "Kf1").split()).outcome is None
    assert play(RULES, *(opening + round_trip * 4 + "Kf1 Kf8").split()).outcome == Outcome(
        None, "fivefold repetition"
    )


def test_75_moves_of_each_side_without_a_capture_or_a_pawn_move_are_a_draw() -> None:
    """The 150th move makes it, unless it is a capture."""
    before = at("4k3/8/8/8/8/8/n7/R3K3", 149)
    assert RULES.outcome(before) is None
    assert RULES.outcome(RULES.apply(before, "e1e2")) == Outcome(None, "seventyfive moves")
    assert RULES.outcome(RULES.apply(before, "a1a2")) is None


def test_two_bare_kings_are_a_draw() -> None:
    """Neither can mate."""
    assert RULES.outcome(RULES.apply(at("8/8/8/k7/8/8/1p6/1K6"), "b1b2")) == Outcome(None, "insufficient material")


def test_position_is_the_boards_since_the_last_capture_or_pawn_move() -> None:
    """Only those can come again."""
    assert play(RULES, "e4").notation == '[["rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq -"],"server"]'
    assert play(RULES, "e4", "Nf6").notation == (
        '[["rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq -",'
        '"rnbqkb1r/pppppppp/5n2/8/4P3/8/PPPP1PPP/RNBQKBNR w KQkq -"],"server"]'
    )


@pytest.mark.parametrize(
    ("moves", "text", "notation"),
    [
        ("", "Nf3", "g1f3"),
        ("", "g1f3", "g1f3"),
        ("", "G1F3", "g1f3"),
        ("", "nf3", "g1f3"),
        ("", "E4", "e2e4"),
        ("e4 e5", "Bc4", "f1c4"),
        ("e4 d5", "exd5", "e4d5"),
        ("f3 e5 g4", "Qh4", "d8h4"),
        ("f3 e5 g4", "Qh4#", "d8h4"),
        ("e4 e5 Nf3 Nc6 Bc4 Bc5", "O-O", "e1g1"),
        ("e4 e5 Nf3 Nc6 Bc4 Bc5", "o-o", "e1g1"),
        ("e4 e5 Nf3 Nc6 Bc4 Bc5", "0-0", "e1g1"),
        ("e4 Nf6 e5 d5", "exd6", "e5d6"),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "axb8=N", "a7b8n"),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "a7b8q", "a7b8q"),
    ],
)
def test_move_is_typed_in_algebraic_or_uci_notation(moves: str, text: str, notation: str) -> None:
    """It is written in UCI notation."""
    match = play(RULES, *moves.split())
    assert match.duty
    assert match.parse(match.duty.seat, text) == notation
    assert match.after(match.duty.seat, Kind.MOVE, notation).ply == match.ply + 1


@pytest.mark.parametrize(
    "text", ["", "e9", "Yf3", "knight f3", "e4!", "e٤", "e²", "e+4", "--", "0000", "@@@@", "e7e8p"]
)
def test_text_that_is_not_a_move_cannot_be_read(text: str) -> None:
    """A person is told how moves are written; passing is not a move either."""
    with pytest.raises(InvalidMove, match="moves are written as in e4, Nf3, O-O, e8=Q or g1f3"):
        RULES.parse(RULES.start(Seat.CLIENT, ""), Seat.SERVER, text)


@pytest.mark.parametrize(
    ("moves", "text", "nearest"),
    [
        ("", "e5", "e4, e3"),
        ("", "e2e5", "e4, e3"),
        ("", "a1a1", "a4, a3"),
        ("", "O-O", "h4, h3"),
        ("d4 d5 Nf3 e6", "Nd2", "Nfd2, Nbd2"),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "axb8", "axb8=R, axb8=Q, axb8=N, axb8=B"),
        ("e4 d5 Bb5", "a6", "c6, Nc6, Qd7, Nd7, Bd7"),
    ],
)
def test_move_that_is_not_legal_is_refused(moves: str, text: str, nearest: str) -> None:
    """It may be out of reach, fit several pieces, lack a promotion, or leave a check; the nearest are named."""
    match = play(RULES, *moves.split())
    assert match.duty
    with pytest.raises(IllegalMove, match=f'"{text}" is not one of the legal moves, such as {nearest}'):
        match.parse(match.duty.seat, text)


def test_algebraic_notation_does_not_travel() -> None:
    """A move has one notation on the wire."""
    with pytest.raises(Refused, match="The move g1f3 was written in another notation"):
        play(RULES).after(Seat.SERVER, Kind.MOVE, "Nf3")


def test_chess_has_no_options() -> None:
    """It is played from the one array alone."""
    with pytest.raises(Refused, match='chess has no options: type "play chess" alone'):
        Match.open(RULES, SESSION, 0, Seat.CLIENT, "960")


def test_white_sees_white_below() -> None:
    """Capitals are White; the move is marked where it came from and where it went."""
    assert seen(play(RULES, "e4", "c5", "Nf3"), Seat.SERVER) == [
        "  a b c d e f g h",
        "8 r n b q k b n r",
        "7 p p . p p p p p",
        "6 . . . . . . . .",
        "5 . . p . . . . .",
        "4 . . . . P . . .",
        "3 . . . . .[N]. .",
        "2 P P P P . P P P",
        "1 R N B Q K B[.]R",
        "K: your king, k: the client's king",
    ]


def test_black_sees_black_below() -> None:
    """Both see a check."""
    assert seen(play(RULES, "e4", "d5", "Bb5"), Seat.CLIENT) == [
        "  h g f e d c b a",
        "1 R N[.]K Q B N R",
        "2 P P P . P P P P",
        "3 . . . . . . . .",
        "4 . . . P . . . .",
        "5 . . . . p .[B].",
        "6 . . . . . . . .",
        "7 p p p p . p p p",
        "8 r n b k q b n r",
        "K: the server's king, k: your king",
        "Check!",
    ]


def test_squares_are_shaded_in_unicode() -> None:
    """The square a1 is dark."""
    drawn = [row.replace(chess_game.AS_TEXT, "") for row in rows(play(RULES, "e4").board(None, None), unicode=True)]
    assert drawn[0] == "  a  b  c  d  e  f  g  h"
    assert drawn[1] == "8 ♜ ░♞░ ♝ ░♛░ ♚ ░♝░ ♞ ░♜░"
    assert drawn[5] == "4   ░░░   ░░░[♙]░░░   ░░░"
    assert drawn[8] == "1░♖░ ♘ ░♗░ ♕ ░♔░ ♗ ░♘░ ♖"
    assert drawn[-1] == "♔: the server's king, ♚: the client's king"


def test_onlooker_sees_white_below() -> None:
    """Both seats are named."""
    found, white = (seen(play(RULES, "e4"), viewer) for viewer in (None, Seat.SERVER))
    assert found == [*white[:-1], "K: the server's king, k: the client's king"]


def test_board_in_words() -> None:
    """It names the pieces of each side, and a check."""
    assert spoken(play(RULES, "e4", "d5", "exd5", "Qxd5", "Nf3", "Qe4"), Seat.SERVER) == [
        "Your king: e1.",
        "The client's king: e8.",
        "Your bishop: c1, f1.",
        "Your knight: f3, b1.",
        "Your pawn: a2, b2, c2, d2, f2, g2, h2.",
        "Your queen: d1.",
        "Your rook: a1, h1.",
        "The client's bishop: c8, f8.",
        "The client's knight: b8, g8.",
        "The client's pawn: a7, b7, c7, e7, f7, g7, h7.",
        "The client's queen: e4.",
        "The client's rook: a8, h8.",
        "Check!",
    ]


def test_choices_are_the_legal_moves() -> None:
    """Each touches the square that it comes from and the one that it goes to."""
    board = play(RULES).board(Seat.SERVER, None)
    assert len(board.choices) == 20
    assert Choice("g1f3", ["g1", "f3"]) in board.choices


@pytest.mark.parametrize(
    ("moves", "move", "told"),
    [
        ("", "g1f3", "the knight."),
        ("e4 d5", "e4d5", "the pawn takes the pawn."),
        ("e4 d5", "f1b5", "the bishop. Check!"),
        ("e4 Nf6 e5 d5", "e5d6", "the pawn takes the pawn, en passant."),
        ("e4 e5 Nf3 Nc6 Bc4 Bc5", "e1g1", "castling kingside."),
        ("d4 d5 Nc3 Nc6 Bf4 Bf5 Qd2 Qd7 e3", "e8c8", "castling queenside."),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "a7b8n", "the pawn takes the knight, and becomes a knight."),
    ],
)
def test_move_in_words(moves: str, move: str, told: str) -> None:
    """The words say what the notation does not: the piece, what it takes, and a check."""
    match = play(RULES, *moves.split())
    assert match.duty
    assert RULES.tell(match.position, move, match.duty.seat) == f"You played {move}: {told}"
    assert RULES.tell(match.position, move, None) == f"The {match.duty.seat} played {move}: {told}"


@pytest.mark.parametrize("seed", range(3))
def test_bot_finds_a_mate_in_one(seed: int) -> None:
    """Its search needs nothing but these rules."""
    assert best_move(RULES, play(RULES, "f3", "e5", "g4").position, range(30), Random(seed)) == "d8h4"


@pytest.mark.parametrize("level", ["medium", "hard"])
@pytest.mark.parametrize(
    ("moves", "move"),
    [("f3 e5 g4", "d8h4"), ("e4 d5 a3", "d5e4"), ("e4 e5 Qh5 a6", "h5e5"), ("e4 d5 exd5", "d8d5")],
)
def test_bot_takes_what_it_can_keep(level: str, moves: str, move: str) -> None:
    """It mates, takes a pawn that is not covered, and takes back."""
    position = play(RULES, *moves.split()).position
    typed = RULES.strategy(position, Seat.CLIENT, "", level, 1)
    assert typed == move


def test_easy_bot_searches() -> None:
    """So a beginner can win."""
    position = RULES.start(Seat.CLIENT, "")
    assert RULES.strategy(position, Seat.CLIENT, "", "easy", 1) is None
