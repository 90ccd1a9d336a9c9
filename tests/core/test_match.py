"""Matches: who acts how, commitments and reveals, and the reckoning at the end."""

import pytest

from chatgame.core.board import Choice
from chatgame.core.commitments import Place, commitment
from chatgame.core.errors import IllegalMove, InvalidMove, Refused, RulesFailed
from chatgame.core.guarded import guarded
from chatgame.core.limits import MAX_HIDDEN, MAX_QUOTED
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Chance, Outcome, Secret, ToAct
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.acts import ACTS, INVITED, INVITER, Acts, Playing, Position
from tests.kit.logs import SESSION, opening

ANSWERS = {"answer": "secret", "reply": "rival"}
"""From which secret each comes."""


def test_moves_are_made_by_the_seat_that_the_position_names() -> None:
    """The match goes on until there is an outcome."""
    playing = Playing("move move")
    assert playing.waits_for == (INVITED, Kind.MOVE, True)
    playing.write(Kind.MOVE, "a").write(Kind.MOVE, "b")
    assert playing.match.duty is None
    assert playing.match.outcome == Outcome(INVITED, "all is done")


def test_both_choose_without_seeing_the_other() -> None:
    """They commit and then reveal, the invited seat first; nothing is public before both are bound."""
    playing = Playing("both move")
    assert playing.waits_for == (INVITED, Kind.COMMIT, True)
    playing.commit(opening("one", 1))
    assert playing.waits_for == (INVITER, Kind.COMMIT, True)
    playing.commit(opening("two", 2))
    assert playing.match.position.happened == ()
    assert playing.waits_for == (INVITED, Kind.REVEAL, False)
    playing.write(Kind.REVEAL, str(opening("one", 1)))
    assert playing.waits_for == (INVITER, Kind.REVEAL, False)
    playing.write(Kind.REVEAL, str(opening("two", 2)))
    assert playing.match.position.happened == ("Choices(client='two', server='one')",)
    assert playing.match.ply == 1


@pytest.mark.parametrize(("mine", "theirs", "drawn"), [("0", "0", "0"), ("5", "4", "3"), ("2", "5", "1")])
def test_random_number_is_the_sum_of_what_both_put_in(mine: str, theirs: str, drawn: str) -> None:
    """Neither can choose it: the first is bound before the second speaks."""
    playing = Playing("chance move")
    assert playing.waits_for == (INVITED, Kind.COMMIT, False)
    playing.commit(opening(mine))
    assert playing.waits_for == (INVITER, Kind.CONTRIBUTE, False)
    playing.write(Kind.CONTRIBUTE, theirs)
    assert playing.waits_for == (INVITED, Kind.REVEAL, False)
    playing.write(Kind.REVEAL, str(opening(mine)))
    assert playing.match.position.happened == (drawn,)


@pytest.mark.parametrize("number", ["6", "-1", "+1", "01", "1.0", "٣", "²", "", "1_0", "a", "9" * 3999])
def test_numbers_outside_the_dice_are_refused(number: str) -> None:
    """This holds for a contribution and for a reveal."""
    playing = Playing("chance").commit(opening(number or "x"))
    with pytest.raises(Refused, match="is not a number from 0 to 5"):
        playing.write(Kind.CONTRIBUTE, number)
    playing.write(Kind.CONTRIBUTE, "0")
    with pytest.raises(Refused, match="is not a number from 0 to 5"):
        playing.write(Kind.REVEAL, str(opening(number or "x")))


def test_secret_is_kept_until_the_game_is_over_and_answers_come_from_it() -> None:
    """An honest one costs nothing: the game's own outcome stands."""
    playing = Playing("secret answer")
    assert playing.waits_for == (INVITER, Kind.COMMIT, True)
    playing.commit(opening("tea"))
    assert playing.waits_for == (INVITER, Kind.ANSWER, False)
    playing.write(Kind.ANSWER, "aet")
    assert playing.match.outcome is None
    assert playing.match.duty == (INVITER, Kind.REVEAL, False, 0)
    playing.write(Kind.REVEAL, str(opening("tea")))
    assert playing.match.outcome == Outcome(INVITED, "all is done")


@pytest.mark.parametrize(
    ("secret", "answer", "words"),
    [
        ("tea", "tea", 'a false answer, "tea" for "aet"'),
        ("Tea", "aet", "a secret in another notation"),
        ("t34", "aet", "a secret that the rules do not allow (That is not a word.)"),
    ],
)
def test_cheat_that_only_the_audit_shows_loses_the_game(secret: str, answer: str, words: str) -> None:
    """It does so whatever the game alone would say."""
    playing = Playing("secret answer").commit(opening(secret)).write(Kind.ANSWER, answer)
    playing.write(Kind.REVEAL, str(opening(secret)))
    assert playing.match.outcome == Outcome(INVITED, f"the client cheated: {words}")


def test_two_cheats_win_nothing() -> None:
    """The match is a draw; answers of one seat are not held against the other's secret."""
    playing = Playing("secret rival answer reply").commit(opening("tea")).commit(opening("pot"))
    playing.write(Kind.ANSWER, "aet").write(Kind.ANSWER, "top")
    honest = playing.write(Kind.REVEAL, str(opening("tea"))).write(Kind.REVEAL, str(opening("pot")))
    assert honest.match.outcome == Outcome(INVITED, "all is done")
    playing = Playing("secret rival answer reply").commit(opening("tea")).commit(opening("pot"))
    playing.write(Kind.ANSWER, "x").write(Kind.ANSWER, "y")
    playing.write(Kind.REVEAL, str(opening("tea"))).write(Kind.REVEAL, str(opening("pot")))
    assert playing.match.outcome == Outcome(None, "both cheated")


@pytest.mark.parametrize("between", ["", "answer ", "rival move answer "])
def test_rules_that_ask_a_seat_for_a_second_secret_fail(between: str) -> None:
    """An answer could be from either, so the turn that would lead there is refused, and nobody becomes a cheat."""
    acts = f"secret {between}secret".split()
    playing = Playing(" ".join(acts))
    for act in acts[:-2]:
        playing.commit(opening("tea")) if act != "move" else playing.write(Kind.MOVE, "a")
    before = playing.match
    with pytest.raises(RulesFailed, match="the client is asked for a second secret"):
        playing.write(Kind.ANSWER, "aet") if between else playing.commit(opening("tea"))
    assert playing.match is before
    playing.write(Kind.RESIGN)
    while playing.match.duty:
        playing.write(Kind.REVEAL, str(opening("tea")))
    assert playing.match.outcome
    assert playing.match.outcome.reason.endswith("resigned")


@pytest.mark.parametrize("acts", ["answer", "secret reply", "rival move answer"])
def test_rules_that_ask_for_an_answer_without_a_secret_fail(acts: str) -> None:
    """Neither the other's secret nor one to come will do."""
    with pytest.raises(RulesFailed, match="is asked for an answer, and has no secret to answer from"):
        Playing(acts).commit(opening("tea")).write(Kind.MOVE, "a")


def test_resigning_does_not_spare_the_reckoning() -> None:
    """Secrets are shown all the same; the seat that gave up has lost, unless the other one has cheated."""
    for answer, winner in (("aet", INVITER), ("false", INVITED)):
        playing = Playing("secret answer move").commit(opening("tea")).write(Kind.ANSWER, answer)
        playing.write(Kind.RESIGN)
        assert playing.waits_for == (INVITER, Kind.REVEAL, False)
        with pytest.raises(Refused, match="A turn to resign came where one to reveal was due"):
            playing.write(Kind.RESIGN)
        playing.write(Kind.REVEAL, str(opening("tea")))
        assert playing.match.outcome
        assert playing.match.outcome.winner is winner


class Turned(Acts):
    """The same game, in which the seats change places with the one who asks for it."""

    def start(self, inviter: Seat, options: str) -> Position:
        """The seat that asked is the first to have happened."""
        return Position(tuple(options.split()), (inviter,))

    def to_act(self, position: Position) -> ToAct:
        """The acts are those of a match that the client asks for."""
        act = super().to_act(position)
        if position.happened[0] == INVITER:
            return act
        match act:
            case Secret(seat):
                return Secret(seat.other)
            case Seat() as seat:
                return seat.other
        return act


@pytest.mark.parametrize(
    ("options", "first", "acts"),
    [
        ("move move", INVITED, INVITED),
        ("move move first", INVITER, INVITER),
        ("move move second", INVITED, INVITED),
        ("secret first", INVITER, INVITER),
        ("secret second", INVITED, INVITED),
        ("both", None, INVITED),
    ],
)
def test_inviter_says_who_acts_first(options: str, first: Seat | None, acts: Seat) -> None:
    """A word behind the game's own options says so; the game never sees it, and nothing else changes."""
    match = Match.open(Turned(), SESSION, 0, INVITER, options)
    assert (match.inviter, match.first) == (INVITER, first)
    assert match.duty
    assert match.duty.seat is acts
    assert match.options == options.removesuffix(" first").removesuffix(" second")


@pytest.mark.parametrize("order", ["first", "second"])
def test_nobody_acts_first_where_both_act_at_once(order: str) -> None:
    """Nobody does where chance acts first, either."""
    for acts in ("both", "chance"):
        with pytest.raises(Refused, match=f"In acts nobody can choose to move {order}"):
            Match.open(Turned(), SESSION, 0, INVITER, f"{acts} {order}")


class TestOffers:
    """A draw, and a move taken back."""

    class Drawn(Acts):
        """The same game, which can end in a draw, and tells of each move."""

        draws = True

        def tell(self, before: Position, came: object, viewer: Seat | None) -> str:
            """What has come."""
            return f"{came} has come"

    def playing(self, acts: str, *moves: str) -> Playing:
        """A match of that game, after moves."""
        playing = Playing(acts)
        playing.match = Match.open(self.Drawn(), SESSION, 0, INVITER, acts)
        for move in moves:
            playing.write(Kind.MOVE, move)
        return playing

    @pytest.mark.parametrize("offer", ["draw", "undo"])
    def test_pass_the_token_until_the_other_responds(self, offer: str) -> None:
        """Nothing else changes, and a player is asked, as for a move."""
        playing = self.playing("move counter move counter", "a", "b")
        before = playing.match
        playing.write(Kind.OFFER, offer)
        assert playing.match.offer == offer
        assert playing.waits_for == (INVITER, Kind.RESPOND, True)
        assert (playing.match.position, playing.match.ply) == (before.position, before.ply)
        assert playing.match.asks(INVITER) == "accept or decline"
        assert Perspective(playing.match, INVITER).board().choices == [Choice("accept"), Choice("decline")]
        assert Perspective(playing.match, INVITED).board().choices == []
        playing.write(Kind.RESPOND, "decline")
        assert playing.waits_for == (INVITED, Kind.MOVE, True)
        assert (playing.match.position, playing.match.ply, playing.match.offer) == (before.position, before.ply, "")

    def test_draw_that_is_accepted_ends_the_match(self) -> None:
        """Secrets are revealed as after any other end."""
        playing = self.playing("move counter move", "a").write(Kind.OFFER, "draw").write(Kind.RESPOND, "accept")
        assert (playing.match.duty, playing.match.outcome) == (None, Outcome(None, "both agreed"))
        assert playing.match.offers == []
        playing = self.playing("rival move").commit(opening("tea")).write(Kind.OFFER, "draw")
        assert [playing.match.over, playing.write(Kind.RESPOND, "accept").match.over] == [False, True]
        assert playing.waits_for == (INVITED, Kind.REVEAL, False)
        playing.write(Kind.REVEAL, str(opening("tea")))
        assert playing.match.outcome == Outcome(None, "both agreed")

    @pytest.mark.parametrize(
        ("acts", "moves", "left"),
        [
            ("move counter move", "ab", ""),
            ("move counter counter move", "abc", ""),
            ("counter move counter move", "abc", "a"),
            ("move move", "a", ""),  # the same seat is to move again
            ("move counter move counter move", "abcd", "ab"),
        ],
    )
    def test_undo_that_is_accepted_goes_back_to_before_the_askers_own_last_move(
        self, acts: str, moves: str, left: str
    ) -> None:
        """Which takes back what came after it, too; the board shows again what was new then."""
        playing = self.playing(acts, *moves).write(Kind.OFFER, "undo").write(Kind.RESPOND, "accept")
        then = self.playing(acts, *left)
        assert playing.match.position == then.match.position
        assert playing.waits_for == (INVITED, Kind.MOVE, True)
        assert Perspective(playing.match).board() == Perspective(then.match).board()
        assert playing.match.came == then.match.came

    def test_ply_counts_on_when_a_move_is_taken_back(self) -> None:
        """So no two commitments of a match have the same place."""
        playing = self.playing("move counter move both", "a", "b").write(Kind.OFFER, "undo")
        was = playing.match
        assert playing.write(Kind.RESPOND, "accept").match.ply == 3
        assert Perspective(playing.match).told(was) is None  # the rules have got nothing
        for move in "abc":
            was = playing.match
            assert Perspective(playing.write(Kind.MOVE, move).match).told(was) == f"{move} has come"
        assert playing.match.duty == (INVITED, Kind.COMMIT, True, 6)

    def test_moves_are_taken_back_one_after_the_other_up_to_the_first(self) -> None:
        """Each time it is the asker's move again, who may ask again."""
        playing = self.playing("move counter move counter move", *"abcd")
        for left in (("a", "b"), ()):
            assert "undo" in playing.match.offers
            playing.write(Kind.OFFER, "undo").write(Kind.RESPOND, "accept")
            assert playing.match.position.happened == left
        assert playing.match.offers == ["draw"]
        with pytest.raises(Refused, match="You have no move to take back"):
            playing.write(Kind.OFFER, "undo")

    def test_what_was_hidden_answered_or_rolled_is_never_taken_back(self) -> None:
        """Nor a move before it; one's own open moves after it can be."""
        mine, number = opening("b", 1), opening("2")
        both = self.playing("move both move move", "a").commit(mine).commit(opening("c", 2))
        both.write(Kind.REVEAL, str(mine)).write(Kind.REVEAL, str(opening("c", 2)))
        chance = self.playing("move chance move move", "a").commit(number).write(Kind.CONTRIBUTE, "1")
        chance.write(Kind.REVEAL, str(number))
        secret = self.playing("move secret move move", "a").commit(mine)
        answer = self.playing("secret move answer move move").commit(mine)
        answer.write(Kind.MOVE, "a").write(Kind.ANSWER, "b")
        for playing in (both, chance, secret, answer):
            assert playing.match.offers == ["draw"]
            position = playing.match.position
            playing.write(Kind.MOVE, "d").write(Kind.OFFER, "undo").write(Kind.RESPOND, "accept")
            assert playing.match.position == position

    def test_there_is_one_offer_at_each_move(self) -> None:
        """Of one kind or the other; after the next move there can be another."""
        playing = self.playing("move counter move counter move", *"ab")
        playing.write(Kind.OFFER, "undo").write(Kind.RESPOND, "decline")
        assert playing.match.offers == []
        for offer in ("draw", "undo"):
            with pytest.raises(Refused, match="There was an offer at this move already"):
                playing.write(Kind.OFFER, offer)
        playing.write(Kind.MOVE, "c").write(Kind.OFFER, "draw").write(Kind.RESPOND, "decline")
        playing.write(Kind.MOVE, "d")
        assert playing.match.offers == ["draw", "undo"]

    @pytest.mark.parametrize("acts", ["both", "chance", "secret"])
    def test_offers_are_made_only_where_a_move_is_due(self, acts: str) -> None:
        """Elsewhere they would be a hint."""
        playing = self.playing(f"move {acts} move", "a")
        assert playing.match.offers == []
        with pytest.raises(Refused, match="only where a move is due"):
            playing.write(Kind.OFFER, "draw")

    def test_draws_are_offered_only_in_games_that_know_them(self) -> None:
        """The rules say so."""
        playing = Playing("move counter move").write(Kind.MOVE, "a").write(Kind.MOVE, "b")
        assert playing.match.offers == ["undo"]
        with pytest.raises(Refused, match="There are no draws in acts, so none can be offered"):
            playing.write(Kind.OFFER, "draw")

    def test_offer_waits_for_its_response(self) -> None:
        """Neither a move nor an offer comes before it; but the seat that has to respond may resign."""
        playing = self.playing("move counter").write(Kind.OFFER, "draw")
        for kind in (Kind.MOVE, Kind.COMMIT, Kind.REVEAL):
            with pytest.raises(Refused, match=f"A turn to {kind} came where one to respond was due"):
                playing.write(kind, "a")
        with pytest.raises(Refused, match="An offer waits for its response: accept or decline"):
            playing.write(Kind.OFFER, "draw")
        playing.write(Kind.RESIGN)
        assert (playing.match.outcome, playing.match.offer) == (Outcome(INVITED, "the client resigned"), "")

    @pytest.mark.parametrize("text", ["", "Draw", "undo ", "peace"])
    def test_nothing_else_can_be_offered(self, text: str) -> None:
        """The notation is exact."""
        with pytest.raises(Refused, match="cannot be offered; draw or undo can"):
            self.playing("move counter").write(Kind.OFFER, text)

    @pytest.mark.parametrize("text", ["", "Accept", "yes", "maybe"])
    def test_nothing_else_responds(self, text: str) -> None:
        """The notation is exact, whatever a player may type for it."""
        playing = self.playing("move counter").write(Kind.OFFER, "draw")
        with pytest.raises(Refused, match="does not respond to an offer; accept or decline does"):
            playing.write(Kind.RESPOND, text)

    @pytest.mark.parametrize(
        ("text", "response"),
        [
            ("accept", "accept"),
            (" Yes ", "accept"),
            ("y", "accept"),
            ("DECLINE", "decline"),
            ("no", "decline"),
            ("n", "decline"),
        ],
    )
    def test_players_may_type_what_they_would_say(self, text: str, response: str) -> None:
        """In any case."""
        assert self.playing("move counter").write(Kind.OFFER, "draw").match.parse(INVITER, text) == response

    def test_what_is_not_a_response_is_refused_with_those_that_are(self) -> None:
        """A move, for one."""
        with pytest.raises(InvalidMove, match='"a" does not answer the offer'):
            self.playing("move counter").write(Kind.OFFER, "draw").match.parse(INVITER, "a")


def test_commitment_copied_from_the_partner_is_refused() -> None:
    """A player who copies it could reveal what the other one reveals."""
    playing = Playing("both").commit(opening("one"))
    with pytest.raises(Refused, match="copy of the partner's"):
        playing.write(Kind.COMMIT, commitment(Place(SESSION, 0, 0, INVITED), opening("one")))


@pytest.mark.parametrize("text", ["", "x" * 64, "A" * 64, "0" * 63, "0" * 65])
def test_commitment_has_one_form(text: str) -> None:
    """It has 64 hexadecimal digits."""
    with pytest.raises(Refused, match="64 hexadecimal digits"):
        Playing("both").write(Kind.COMMIT, text)


ELSEWHERE = {
    "another value": commitment(Place(SESSION, 0, 0, INVITED), opening("two")),
    "another salt": commitment(Place(SESSION, 0, 0, INVITED), opening("one", 1)),
    "another session": commitment(Place("1" * 64, 0, 0, INVITED), opening("one")),
    "another match": commitment(Place(SESSION, 1, 0, INVITED), opening("one")),
    "another ply": commitment(Place(SESSION, 0, 1, INVITED), opening("one")),
    "another seat": commitment(Place(SESSION, 0, 0, INVITER), opening("one")),
}


@pytest.mark.parametrize("made", ELSEWHERE.values(), ids=ELSEWHERE)
def test_reveal_opens_only_the_commitment_of_its_own_place(made: str) -> None:
    """Session, match, ply, seat, salt and value are all bound."""
    playing = Playing("both").write(Kind.COMMIT, made).commit(opening("two", 2))
    with pytest.raises(Refused, match="does not open the commitment"):
        playing.write(Kind.REVEAL, str(opening("one")))


@pytest.mark.parametrize(
    "text", ["", "one", "0" * 64, "0" * 64 + " ", "0" * 63 + " one", "0" * 64 + "one", "X" * 64 + " one"]
)
def test_reveal_has_one_form(text: str) -> None:
    """It is a salt of 64 hexadecimal digits, a space and the value."""
    playing = Playing("both").commit(opening("one")).commit(opening("two", 2))
    with pytest.raises(Refused, match="does not have the form of one"):
        playing.write(Kind.REVEAL, text)


@pytest.mark.parametrize(("value", "error"), [("no", IllegalMove), ("1", InvalidMove), ("One", Refused)])
def test_choice_that_is_not_allowed_is_refused_when_it_is_revealed(value: str, error: type[Refused]) -> None:
    """The same rules judge it as judge a move."""
    playing = Playing("both").commit(opening(value)).commit(opening("two", 2))
    with pytest.raises(error):
        playing.write(Kind.REVEAL, str(opening(value)))


@pytest.mark.parametrize("act", ACTS)
def test_no_other_turn_is_taken_than_the_one_that_is_due(act: str) -> None:
    """A reveal has to wait until both have committed, and a seat commits once."""
    playing = Playing(act) if act not in ANSWERS else Playing(f"{ANSWERS[act]} {act}").commit(opening("tea"))
    assert playing.match.duty
    for kind in {Kind.MOVE, Kind.COMMIT, Kind.CONTRIBUTE, Kind.REVEAL, Kind.ANSWER} - {playing.match.duty.kind}:
        with pytest.raises(Refused, match=f"A turn to {kind} came where one to {playing.match.duty.kind} was due"):
            playing.write(kind, "x")


def test_rules_that_crash_cost_their_own_game_and_say_so() -> None:
    """Whatever they raise, the turn is refused, and the player may resign."""
    playing = Playing("move move")
    with pytest.raises(Refused, match=r"The rules of acts failed \(ZeroDivisionError: \)"):
        playing.write(Kind.MOVE, "crash")
    playing.write(Kind.RESIGN)
    assert playing.match.outcome == Outcome(INVITER, "the server resigned")


def test_long_complaint_of_rules_is_cut() -> None:
    with pytest.raises(RulesFailed) as raised, guarded(Acts()):
        raise KeyError("x" * 5000)
    assert len(str(raised.value)) < 2 * MAX_QUOTED


@pytest.mark.parametrize("nobody", [None, "client", 5])
def test_only_a_seat_can_act(nobody: object) -> None:
    """If anything else could, all would wait for nobody."""

    class Empty(Acts):
        def to_act(self, position: Position) -> ToAct:
            return nobody  # type: ignore[return-value]

    with pytest.raises(RulesFailed, match="cannot act"):
        Match.open(Empty(), SESSION, 0, INVITER, "move")


def test_position_that_cannot_be_written_is_the_rules_failure() -> None:
    """The digest is never of something else."""

    class Odd(Acts):
        def start(self, inviter: Seat, options: str) -> Position:
            return Position((object(),))  # type: ignore[arg-type]

        def to_act(self, position: Position) -> ToAct:
            return INVITED

    with pytest.raises(Refused, match="The rules of acts failed"):
        assert Match.open(Odd(), SESSION, 0, INVITER, "").notation


def test_what_is_too_long_to_be_revealed_is_refused_before_it_is_hidden() -> None:
    """Both numbers are named."""
    match = Playing("secret").match
    assert match.parse(INVITER, "x" * MAX_HIDDEN) == "x" * MAX_HIDDEN
    with pytest.raises(Refused, match="4001 bytes; 1 to 4000"):
        match.parse(INVITER, "x" * (MAX_HIDDEN + 1))


def test_reveal_of_more_than_can_be_hidden_is_refused() -> None:
    """A choice without a notation is not taken in the first place."""
    long = opening("x" * (MAX_HIDDEN + 1))
    with pytest.raises(Refused, match="more than 4000 bytes"):
        Playing("both").commit(long).commit(opening("two", 2)).write(Kind.REVEAL, str(long))

    class Wordless(Acts):
        def parse(self, position: Position, seat: Seat, text: str) -> str:
            return ""

    with pytest.raises(Refused, match="That has 0 bytes; 1 to 4000 can be played"):
        Match.open(Wordless(), SESSION, 0, INVITER, "secret").parse(INVITER, "x")


def test_dice_without_sides_are_the_rules_failure() -> None:
    """One side is enough."""

    class Dice(Acts):
        def __init__(self, sides: int) -> None:
            self.sides = sides

        def to_act(self, position: Position) -> ToAct:
            return Chance(self.sides)

    with pytest.raises(Refused, match="no number is below 0"):
        Match.open(Dice(0), SESSION, 0, INVITER, "chance")
    assert Match.open(Dice(1), SESSION, 0, INVITER, "chance").sides == 1


def test_only_a_game_that_has_random_secrets_gives_one() -> None:
    """Others leave it to the player."""
    assert Playing("secret").match.any_secret(1) is None
