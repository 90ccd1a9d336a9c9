"""Chess, by its rules, and as players write it."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgame.core.board import Choice
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.players.bot.level import Level
from chatgame.players.bot.search import best_move
from chatgame.players.bot.strategies import win_material
from tests.games.perft import perft
from tests.games.playing import canonical_or_refused, play
from tests.kit.boards import rows, seen, spoken
from tests.kit.logs import SESSION

chess = pytest.importorskip("chatgame.games.chess")
pytest.importorskip("chess", reason="an extra")

RULES = chess.Chess()

KIWIPETE = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1"

OPERA = """
    1. e4 e5 2. Nf3 d6 3. d4 Bg4 4. dxe5 Bxf3 5. Qxf3 dxe5 6. Bc4 Nf6 7. Qb3 Qe7 8. Nc3 c6 9. Bg5 b5 10. Nxb5 cxb5
    11. Bxb5+ Nbd7 12. O-O-O Rd8 13. Rxd7 Rxd7 14. Rd1 Qe6 15. Bxd7+ Nxd7 16. Qb8+ Nxb8 17. Rd8# 1-0
"""
IMMORTAL = """
    1.e4 e5 2.f4 exf4 3.Bc4 Qh4+ 4.Kf1 b5 5.Bxb5 Nf6 6.Nf3 Qh6 7.d3 Nh5 8.Nh4 Qg5 9.Nf5 c6 10.g4 Nf6 11.Rg1! cxb5?
    12.h4! Qg6 13.h5 Qg5 14.Qf3 Ng8 15.Bxf4 Qf6 16.Nc3 Bc5 17.Nd5 Qxb2 18.Bd6! Bxg1? 19.e5! Qxa1+ 20.Ke2 Na6
    21.Nxg7+ Kd8 22.Qf6+! Nxf6 23.Be7# 1-0
"""
OF_THE_CENTURY = """
    1. Nf3 Nf6 2. c4 g6 3. Nc3 Bg7 4. d4 O-O 5. Bf4 d5 6. Qb3 dxc4 7. Qxc4 c6 8. e4 Nbd7 9. Rd1 Nb6 10. Qc5 Bg4
    11. Bg5 Na4 12. Qa3 Nxc3 13. bxc3 Nxe4 14. Bxe7 Qb6 15. Bc4 Nxc3 16. Bc5 Rfe8+ 17. Kf1 Be6 18. Bxb6 Bxc4+
    19. Kg1 Ne2+ 20. Kf1 Nxd4+ 21. Kg1 Ne2+ 22. Kf1 Nc3+ 23. Kg1 axb6 24. Qb4 Ra4 25. Qxb6 Nxd1 26. h3 Rxa2
    27. Kh2 Nxf2 28. Re1 Rxe1 29. Qd8+ Bf8 30. Nxe1 Bd5 31. Nf3 Ne4 32. Qb8 b5 33. h4 h5 34. Ne5 Kg7 35. Kg1 Bc5+
    36. Kf1 Ng3+ 37. Ke1 Bb4+ 38. Kd1 Bb3+ 39. Kc1 Ne2+ 40. Kb1 Nc3+ 41. Kc1 Rc2# 0-1
"""


def at(board: str, clock: int = 0) -> object:
    """A position with White, the server, to act, so many moves of one side after the last capture or pawn move."""
    return chess.Position((f"{board} w - -",), clock, Seat.SERVER)


def as_typed(game: str) -> list[str]:
    """The moves of a game in PGN, with the numbers in front of them, as somebody types them who copies it."""
    return re.findall(r"(?:\d+\. ?)?[A-Za-z][^ \n]*", game)


def test_there_are_as_many_lines_of_play_as_are_known() -> None:
    """The counts are at https://www.chessprogramming.org/Perft_Results."""
    assert perft(RULES, 3) == [20, 400, 8902]


@pytest.mark.parametrize(
    ("fen", "counts"),
    [
        (KIWIPETE, [48, 2039]),
        ("8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1", [14, 191, 2812]),
        ("r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1", [6, 264, 9467]),
        ("r2q1rk1/pP1p2pp/Q4n2/bbp1p3/Np6/1B3NBn/pPPP1PPP/R3K2R b KQ - 0 1", [6, 264, 9467]),
        ("rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8", [44, 1486]),
        ("r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10", [46, 2079]),
    ],
)
def test_there_are_as_many_lines_of_play_from_a_position_as_are_known(fen: str, counts: list[int]) -> None:
    """Castling, promotions, en passant and pins are in them; the position is given as people give it."""
    assert perft(RULES, len(counts), fen) == counts


@pytest.mark.parametrize(
    ("game", "plies", "winner"),
    [(OPERA, 33, Seat.SERVER), (IMMORTAL, 45, Seat.SERVER), (OF_THE_CENTURY, 82, Seat.CLIENT)],
)
def test_famous_games_are_played_as_they_are_written(game: str, plies: int, winner: Seat) -> None:
    """By Morphy in 1858, Anderssen in 1851 and Fischer in 1956: each ends with a mate."""
    match = play(RULES, *as_typed(game))
    assert match.outcome == Outcome(winner, "checkmate")
    assert len(match.moves) == plies


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
    assert play(RULES, "e4").notation == '[["rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq -"],0,"server"]'
    assert play(RULES, "e4", "Nf6").notation == (
        '[["rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq -",'
        '"rnbqkb1r/pppppppp/5n2/8/4P3/8/PPPP1PPP/RNBQKBNR w KQkq -"],1,"server"]'
    )


def test_square_of_en_passant_is_kept_only_where_a_pawn_can_take_there() -> None:
    """Otherwise the same board would not count as a repetition."""
    assert play(RULES, "e4", "Nf6", "e5", "d5").position.boards[-1].endswith(" w KQkq d6")
    pinned = "4r1k1/8/8/4Pp2/8/8/8/4K3 w - f6 0 1"
    assert RULES.start(Seat.CLIENT, pinned).boards[0].endswith(" w - -")
    both_leave_the_row = "k7/3p4/8/r3P2K/8/8/8/8 b - - 0 1"
    assert play(RULES, "d5", options=both_leave_the_row).position.boards[-1].endswith(" w - -")


# A draw that is claimed


AGAIN = "Nf3 Nf6 Ng1 Ng8 "


def test_third_time_of_a_position_can_be_claimed() -> None:
    """By the one who is to move there, or could bring it about; before that, a draw is only offered."""
    before = play(RULES, *(AGAIN + "Nf3 Nf6 Ng1").split())
    assert RULES.claim(play(RULES, *(AGAIN + "Nf3 Nf6").split()).position) == ""
    assert RULES.claim(before.position) == "threefold repetition"  # Ng8 would make it
    third = before.after(Seat.CLIENT, Kind.MOVE, "f6g8")
    claimed = third.after(Seat.SERVER, Kind.OFFER, "draw")
    assert claimed.outcome == Outcome(None, "threefold repetition")
    assert third.after(Seat.SERVER, Kind.MOVE, "e2e4").after(Seat.CLIENT, Kind.OFFER, "draw").outcome is None


def test_fifty_moves_of_each_side_without_a_capture_or_a_pawn_move_can_be_claimed() -> None:
    """With the hundredth, or by naming it."""
    rooks = "4k3/8/8/8/8/8/n7/R3K3"
    assert RULES.claim(at(rooks, 98)) == ""
    assert RULES.claim(RULES.start(Seat.CLIENT, f"{rooks} w - - 149 90")) == chess.FIFTY  # as FEN may have it
    assert RULES.claim(at(rooks, 99)) == RULES.claim(at(rooks, 100)) == chess.FIFTY
    assert RULES.claim(at("k7/8/8/8/8/8/rr6/K7", 99)) == ""  # the only move here is a capture


def test_claim_is_shown_to_the_one_who_may_make_it() -> None:
    """On the other screen nothing is said of it."""
    third = play(RULES, *(AGAIN * 2).split())
    assert "You may claim a draw: to offer one ends the game." in seen(third, Seat.SERVER)
    assert "You may claim a draw: to offer one ends the game." not in seen(third, Seat.CLIENT)


# A position to begin with


def test_game_can_begin_with_any_position() -> None:
    """The invited seat is the side that is to move; the counter goes on."""
    white = RULES.start(Seat.CLIENT, "4k3/8/8/8/8/8/8/R3K2R w KQ - 37 80")
    assert white == chess.Position(("4k3/8/8/8/8/8/8/R3K2R w KQ -",), 37, Seat.SERVER)
    black = RULES.start(Seat.CLIENT, "4k3/8/8/8/8/8/8/R3K2R b KQ -")
    assert black == chess.Position(("4k3/8/8/8/8/8/8/R3K2R b KQ -",), 0, Seat.CLIENT)
    assert RULES.to_act(white) is RULES.to_act(black) is Seat.SERVER
    match = Match.open(RULES, SESSION, 0, Seat.CLIENT, "4k3/8/8/8/8/8/8/R3K2R b KQ - 0 1 first")
    assert match.first is Seat.CLIENT


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        *(
            (fen, f'"{fen}" is not a position in FEN, which is written as in ')
            for fen in ("960", "4k3/8/8/8/8/8/8/4K3", "4k3/8/8/8/8/8/4K3 w - -", "9/8/8/8/8/8/8/8 w - -", "x w - -")
        ),
        ("4k3/8/8/8/8/8/8/4K3  w - -", "is not a position in FEN"),
        ("4k3/8/8/8/8/8/8/R3K3 w - - 1000 1", "is not a position in FEN"),
        ("4k3/8/8/8/8/8/8/R3K3 w - - 150 90", "In that position the game is over already: seventyfive moves."),
        ("4k3/8/8/8/8/8/8/8 w - -", "That position cannot be played: White has no king."),
        ("8/8/8/8/8/8/8/4K3 w - -", "That position cannot be played: Black has no king."),
        ("4k3/8/8/8/8/8/8/3KK3 w - -", "That position cannot be played: one side has two kings."),
        ("4k2P/8/8/8/8/8/8/4K3 w - -", "That position cannot be played: a pawn stands on the first or the last row."),
        ("4k3/8/8/8/8/8/8/4K3 w K -", "That position cannot be played: a king or a rook is not where castling"),
        ("4k3/8/8/8/8/8/8/4K3 w - e6", "That position cannot be played: no pawn has just passed the square"),
        ("4k3/4R3/8/8/8/8/8/4K3 w - -", "That position cannot be played: the side that is not to move is in check."),
        ("4k3/8/8/8/8/8/8/4K3 w - -", "In that position the game is over already: insufficient material."),
        ("k7/1Q6/1K6/8/8/8/8/8 b - -", "In that position the game is over already: checkmate."),
    ],
)
def test_position_that_cannot_be_played_is_refused(fen: str, words: str) -> None:
    """A sentence says why."""
    with pytest.raises(Refused, match=re.escape(words)):
        RULES.start(Seat.CLIENT, fen)


# How moves are written


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
        *(
            ("a4 b5 axb5 a6 bxa6 c6 a7 d6", text, "a7b8n")
            for text in ("axb8=N", "axb8(N)", "axb8N", "axb8=n", "AXB8=N", "axb8/N", "ab8=N", "axb8=N!?", "a7xb8=N+")
        ),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "a7b8q", "a7b8q"),
        *(("", text, "e2e4") for text in ("e4!", "1.e4", "1. e4", "1.e4!?", "e4?!", "e4 !", "e2-e4", "e2e4", "e4+")),
        ("e4", "1...e5", "e7e5"),
        ("e4", "1... e5", "e7e5"),
        *(("e4 e5 Nf3 Nc6 Bc4 Bc5", text, "e1g1") for text in ("OO", "oo", "00", "0-0!", "4.O-O", "Kg1", "e1g1")),
        *(("d4 d5 Nc3 Nc6 Bf4 Bf5 Qd2 Qd7", text, "e1c1") for text in ("O-O-O", "0-0-0", "OOO", "o-o-o")),
        ("d4 d5 Nf3 e6", "Nbd2", "b1d2"),
        ("d4 d5 Nf3 e6", "N1d2", "b1d2"),
        ("d4 d5 Nf3 e6", "Nb1-d2", "b1d2"),
        ("e4 Nf6 e5 d5", "exd6 e.p.", "e5d6"),
        ("e4 Nf6 e5 d5", "ed6", "e5d6"),
        ("e4 d5", "e:d5", "e4d5"),
        ("", "NF3", "g1f3"),
    ],
)
def test_move_is_typed_as_players_write_it(moves: str, text: str, notation: str) -> None:
    """With its number, with what they think of it, and with a wrong sign of check; it travels in UCI notation."""
    match = play(RULES, *moves.split())
    assert match.duty
    assert match.parse(match.duty.seat, text) == notation
    assert match.after(match.duty.seat, Kind.MOVE, notation).ply == match.ply + 1


BISHOP_OR_PAWN = "4k3/8/8/2n5/1P1B4/8/8/4K3 w - - 0 1"
BISHOP_ALONE = "4k3/8/8/2n5/3B4/8/8/4K3 w - - 0 1"
PAWN_ALONE = "4k3/8/8/2n5/1P6/8/8/4K3 w - - 0 1"


@pytest.mark.parametrize(
    ("fen", "text", "notation"),
    [
        (BISHOP_OR_PAWN, "Bxc5", "d4c5"),
        (BISHOP_OR_PAWN, "BXC5", "d4c5"),
        (BISHOP_OR_PAWN, "Bc5", "d4c5"),
        (BISHOP_OR_PAWN, "bxc5", "b4c5"),
        (BISHOP_ALONE, "BXC5", "d4c5"),
        (BISHOP_ALONE, "bxc5", "d4c5"),
        (PAWN_ALONE, "bxc5", "b4c5"),
        (PAWN_ALONE, "b4c5", "b4c5"),
        (PAWN_ALONE, "B4C5", "b4c5"),
        ("4k3/8/8/8/8/8/8/BN2K3 w - - 0 1", "b1c3", "b1c3"),
        ("4k3/8/8/8/8/8/8/BN2K3 w - - 0 1", "Bc3", "a1c3"),
    ],
)
def test_capital_b_is_the_bishop(fen: str, text: str, notation: str) -> None:
    """A small one is the pawn, or the bishop where no pawn can go."""
    match = play(RULES, options=fen)
    assert match.parse(Seat.SERVER, text) == notation


def test_bishops_capture_never_becomes_the_pawns() -> None:
    """Nor is a short form taken for either."""
    with pytest.raises(IllegalMove, match=r'^"BXC5" is not possible here. You could play .*bxc5'):
        play(RULES, options=PAWN_ALONE).parse(Seat.SERVER, "BXC5")
    with pytest.raises(IllegalMove, match=r'^"bc5" fits more than one move. Type (Bxc5 or bxc5|bxc5 or Bxc5)\.$'):
        play(RULES, options=BISHOP_OR_PAWN).parse(Seat.SERVER, "bc5")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "e9",
        "Yf3",
        "knight f3",
        "e٤",
        "e²",
        "e+4",
        "--",
        "0000",
        "@@@@",
        "e7e8p",
        "O",
        "O-OO",
        "!",
        "1.",
        "x" * 99,
    ],
)
def test_text_that_is_not_a_move_cannot_be_read(text: str) -> None:
    """A person is told how moves are written; passing is not a move either."""
    with pytest.raises(InvalidMove, match="moves are written as in e4, Nf3, exd5, O-O, e8=Q or g1f3"):
        RULES.parse(RULES.start(Seat.CLIENT, ""), Seat.SERVER, text)


@pytest.mark.parametrize(
    ("moves", "text", "words"),
    [
        ("", "e5", '"e5" is not possible here. You could play e4, e3, '),
        ("", "e2e5", '"e2e5" is not possible here. You could play e4, e3, '),
        ("", "a1a1", '"a1a1" is not possible here. You could play a4, a3, '),
        ("", "O-O", '"O-O" is not possible here. You could play '),
        ("", "Nxf3", '"Nxf3" is not possible here. You could play Nf3, '),
        ("d4 d5 Nf3 e6", "Nd2", '"Nd2" fits more than one move. Type Nfd2 or Nbd2.'),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "axb8", '"axb8" fits more than one move. Type axb8=Q or axb8=R or axb8=B or'),
        ("e4 d5 Bb5", "a6", '"a6" would leave your king in check. You could play '),
    ],
)
def test_move_that_is_not_legal_is_refused(moves: str, text: str, words: str) -> None:
    """It may be out of reach, fit several pieces, lack a promotion, or leave a check; the nearest are named."""
    match = play(RULES, *moves.split())
    assert match.duty
    with pytest.raises(IllegalMove, match=f"^{re.escape(words)}"):
        match.parse(match.duty.seat, text)


@settings(max_examples=100, deadline=None)
@given(st.text("abcdefgh12345678NBRQKxO-0=+#!?. ", max_size=8), st.sampled_from([KIWIPETE, BISHOP_OR_PAWN]))
def test_any_text_is_refused_or_stands_for_a_move(text: str, fen: str) -> None:
    canonical_or_refused(RULES, RULES.start(Seat.CLIENT, fen), text)


@pytest.mark.parametrize("seed", range(3))
def test_moves_as_python_chess_writes_them_are_read_as_themselves(seed: int) -> None:
    """In every position of a random game."""
    chance, position = Random(seed), RULES.start(Seat.CLIENT, KIWIPETE)
    for _ in range(60):
        if RULES.outcome(position):
            break
        seat = RULES.to_act(position)
        listed = [choice.text for choice in RULES.board(position, seat, {}, None).choices]
        assert [RULES.parse(position, seat, text) for text in listed] == RULES.legal_moves(position)
        position = RULES.apply(position, chance.choice(RULES.legal_moves(position)))


def test_algebraic_notation_does_not_travel() -> None:
    """A move has one notation on the wire."""
    with pytest.raises(Refused, match="The move g1f3 was written in another notation"):
        play(RULES).after(Seat.SERVER, Kind.MOVE, "Nf3")


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


def test_checkmate_is_not_called_a_check() -> None:
    """What it is, the end of the game says."""
    for viewer in (*Seat, None):
        assert "Check!" not in seen(play(RULES, "f3", "e5", "g4", "Qh4#"), viewer)


def test_squares_are_shaded_in_unicode() -> None:
    """The square a1 is dark."""
    drawn = [row.replace(chess.AS_TEXT, "") for row in rows(Perspective(play(RULES, "e4")).board(), unicode=True)]
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
    """Each touches the square that it comes from and the one that it goes to, and is written as players do."""
    board = Perspective(play(RULES), Seat.SERVER).board()
    assert len(board.choices) == 20
    assert Choice("Nf3", ["g1", "f3"]) in board.choices


@pytest.mark.parametrize(
    ("moves", "move", "told"),
    [
        ("", "g1f3", "Nf3: the knight."),
        ("e4 d5", "e4d5", "exd5: the pawn takes the pawn."),
        ("e4 d5", "f1b5", "Bb5+: the bishop. Check!"),
        ("f3 e5 g4", "d8h4", "Qh4#: the queen."),
        ("e4 Nf6 e5 d5", "e5d6", "exd6: the pawn takes the pawn, en passant."),
        ("e4 e5 Nf3 Nc6 Bc4 Bc5", "e1g1", "O-O: castling kingside."),
        ("d4 d5 Nc3 Nc6 Bf4 Bf5 Qd2 Qd7 e3", "e8c8", "O-O-O: castling queenside."),
        ("a4 b5 axb5 a6 bxa6 Nc6 a7 Rb8 h3 Ra8 h4 Bb7 h5 Rc8", "a7a8q", "a8=Q: the pawn becomes a queen."),
        ("a4 b5 axb5 a6 bxa6 c6 a7 d6", "a7b8n", "axb8=N: the pawn takes the knight, and becomes a knight."),
    ],
)
def test_move_in_words(moves: str, move: str, told: str) -> None:
    """It is written as players do, and the words say what is not in that: what is taken, and a check."""
    match = play(RULES, *moves.split())
    assert match.duty
    assert RULES.tell(match.position, move, match.duty.seat) == f"You played {told}"
    assert RULES.tell(match.position, move, None) == f"The {match.duty.seat} played {told}"


@pytest.mark.parametrize("seed", range(3))
def test_bot_finds_a_mate_in_one(seed: int) -> None:
    """Its search needs nothing but these rules."""
    assert best_move(RULES, play(RULES, "f3", "e5", "g4").position, range(30), Random(seed)) == "d8h4"


@pytest.mark.parametrize("level", [Level.MEDIUM, Level.HARD])
@pytest.mark.parametrize(
    ("moves", "move"),
    [("f3 e5 g4", "d8h4"), ("e4 d5 a3", "d5e4"), ("e4 e5 Qh5 a6", "h5e5"), ("e4 d5 exd5", "d8d5")],
)
def test_bot_takes_what_it_can_keep(level: Level, moves: str, move: str) -> None:
    """It mates, takes a pawn that is not covered, and takes back."""
    position = play(RULES, *moves.split()).position
    assert win_material(position, Seat.CLIENT, level, Random(1)) == move


def test_easy_bot_does_not_see_what_its_move_loses() -> None:
    """So a beginner can win: it takes a pawn that is covered with its queen."""
    position = play(RULES, "e4", "e5", "Qh5", "Nc6").position
    assert win_material(position, Seat.SERVER, Level.EASY, Random(1)) == "h5e5"
