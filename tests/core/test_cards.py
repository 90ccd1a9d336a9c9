"""Matches with cards: what follows from the log, what one's own key shows, and what the audit finds."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.curve import P, face, inverse, key_of, multiplied, objection
from chatgame.core.deck import order_from, written
from chatgame.core.errors import IllegalMove, InvalidMove, Refused, RulesFailed
from chatgame.core.limits import MAX_CARDS, MAX_TEXT
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Answer, Deal, Outcome, Secret, Show, Shuffle, ToAct
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.cards import PACK, Colours, Position, Programs

INVITER, INVITED = Seat


def dealt(seed: int = 1) -> Programs:
    """The cards are dealt, and a player is asked."""
    return Programs(seed=seed).run()


def points_of(text: str) -> list[bytes]:
    """The points that a text stands for."""
    joined = b64decode(text)
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def with_low_order(point: bytes) -> bytes:
    """The sum of a point and (0, 0), the point of order 2, which is at 1/x."""
    return number(pow(int.from_bytes(point, "little"), -1, P))


def number(x: int) -> bytes:
    """A point by its x-coordinate."""
    return x.to_bytes(32, "little")


ON_TWIST = next(x for x in count(2) if objection(number(x)) == "is not on the curve")


class TestHonestPlay:
    """Nobody cheats."""

    def test_turns_of_a_shuffle_come_in_their_order(self) -> None:
        """Both commit, both shuffle; then cards are shared, without asking a player."""
        game, seen = Programs(), []
        while game.match.duty and not game.match.duty.asked:
            seen.append((game.seat, game.match.duty.kind))
            game.write(game.text())
        both = [INVITED, INVITER]
        assert seen == [
            *((seat, Kind.COMMIT) for seat in both),
            *((seat, Kind.SHUFFLE) for seat in both),
            *((seat, Kind.SHARE) for seat in (INVITER, INVITED, INVITED, INVITER)),
        ]

    @pytest.mark.parametrize("seed", range(5))
    def test_all_cards_are_different_and_of_the_pack(self, seed: int) -> None:
        game = dealt(seed)
        (shown,) = game.match.position[2:]
        assert len({*game.hand(INVITER), *game.hand(INVITED), shown} & {*PACK}) == 7

    def test_seed_of_a_shuffle_that_never_came_is_not_a_hand(self) -> None:
        game = Programs()
        game.write(game.text())
        game.write("", Kind.RESIGN)
        assert game.run().match.outcome == Outcome(INVITED, f"the {INVITER} resigned")
        assert (game.match.shown, game.side(INVITED).own) == ((), "")

    def test_order_is_another_one_each_time(self) -> None:
        """Each seed alone makes all the difference."""
        assert len({tuple(dealt(seed).hand(INVITER)) for seed in range(20)}) > 10

    @given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(1, MAX_CARDS))
    def test_order_of_a_seed_has_each_card_once(self, seed: str, cards: int) -> None:
        assert sorted(order_from(seed, cards)) == [*range(cards)]

    def test_card_is_laid_with_its_proof_and_leaves_the_hand(self) -> None:
        """The log says which place it had; nobody has cheated."""
        game = dealt()
        before = game.hand(INVITED)
        game.move(before[1])
        assert game.hand(INVITED) == [before[0], before[2]]
        assert (1, before[1]) in game.match.cards.deck.open
        assert game.end().reason == "all said"

    def test_two_cards_are_laid_at_once(self) -> None:
        game = dealt()
        game.move(" ".join(game.hand(INVITED)[:2]))
        assert len(game.hand(INVITED)) == 1
        assert game.end().reason == "all said"

    def test_second_shuffle_has_its_own_seeds_and_places(self) -> None:
        """Cards that are held stay in the hand, and one that was laid comes again from the new deck."""
        game = dealt()
        for seat in (INVITED, INVITER):
            game.move(game.hand(seat)[0])
        again = {*game.match.position[2:]}
        game.move("again")
        hand = game.hand(INVITED)
        assert len(hand) == 3
        assert hand[2] in again
        assert game.match.cards.holds(INVITED)[2] == len(PACK)
        old, new = game.match.cards.decks
        assert {*old.layers[0], *old.layers[1]}.isdisjoint({*new.layers[0], *new.layers[1]})
        assert game.key(INVITED, 0) != game.key(INVITED, 1)
        game.move(hand[2])
        game.move(game.hand(INVITER)[0])
        assert game.end().reason == "all said"

    def test_hand_is_shown_to_its_owner_and_at_the_end_to_all(self) -> None:
        game = dealt()
        secret = game.secrets[INVITED]
        hand = f"The {INVITED} holds {' '.join(game.hand(INVITED))}."
        assert Perspective(game.match, INVITED, secret).board().parts == [hand]
        assert Perspective(game.match, INVITER).board().parts == []
        assert Perspective(game.match).board().parts == []
        game.end()
        for viewer in (None, INVITER, INVITED):
            assert hand in Perspective(game.match, viewer).board().parts

    def test_only_the_owner_is_told_what_was_dealt(self) -> None:
        game = Programs().run(Kind.SHARE)
        before = game.match
        game.write(game.text())
        names = ", ".join(game.hand(INVITED))
        assert Perspective(game.match, INVITED, game.secrets[INVITED]).told(before) == f"Cards: {names}."
        assert Perspective(game.match, INVITED).told(before) == "Cards: ?, ?, ?."
        assert Perspective(game.match, INVITER, game.secrets[INVITER]).told(before) == "Cards: ?, ?, ?."

    def test_watcher_learns_no_card_that_was_not_shown_or_laid(self) -> None:
        """Neither from what is told and drawn, nor from a point in the log that is a face."""
        game = Programs()
        told, points = [], set()
        while game.match.duty and not game.match.duty.asked:
            was = game.match
            game.write(game.text())
            told.append(Perspective(game.match).told(was) or "")
            for deck in game.match.cards.decks:
                points |= {point for layer in deck.layers for point in layer}
                points |= {share.opened for share in deck.shares}
        known = {card for _, card in game.match.cards.deck.open}
        assert len(known) == 1, "one was turned up"
        assert {card for card in PACK if face(card) in points} == known
        assert {card for card in PACK if card in " ".join(told)} == known
        assert Perspective(game.match).board().parts == []

    def test_all_are_told_what_both_held(self) -> None:
        game = dealt()
        hands = [f"The {seat} held {' '.join(game.hand(seat))}." for seat in Seat]
        game.write("end")
        game.run(Kind.REVEAL).write(game.text())
        before = game.match
        game.write(game.text())
        assert Perspective(game.match).told(before) == " ".join(hands)

    def test_answer_is_given_from_the_hand(self) -> None:
        game = dealt()
        red = sum(card[0] == "r" for card in game.hand(INVITER))
        game.move("count")
        assert game.match.cards.played[-1].move == str(red)
        assert game.end().reason == "all said"

    @pytest.mark.parametrize("turns", range(1, 9))
    def test_game_can_be_given_up_at_any_step(self, turns: int) -> None:
        """Whatever seeds there are by then are revealed."""
        game = Programs()
        for _ in range(turns):
            game.write(game.text())
        game.write("", Kind.RESIGN)
        Perspective(game.match, INVITED, game.secrets[INVITED]).board()
        assert "resigned" in game.end().reason

    def test_nothing_that_was_dealt_shown_or_laid_is_taken_back(self) -> None:
        game = dealt()
        game.move("count")
        assert "undo" not in game.match.offers
        game.move(game.hand(INVITED)[0])
        game.move(game.hand(INVITER)[0])
        assert "undo" not in game.match.offers

    def test_move_without_a_card_can_be_taken_back(self) -> None:
        game = Programs(Blind()).run()
        game.write("none")
        game.write("none")
        assert "undo" in game.match.offers

    @pytest.mark.parametrize("cards", [1, 52, MAX_CARDS])
    def test_deck_fits_into_a_turn(self, cards: int) -> None:
        assert len(written([bytes(32)] * cards)) <= MAX_TEXT


class Blind(Colours):
    """A game whose rules do not look at hands."""

    def fair(self, *_: object) -> None:
        """All is fair."""


class TestPrompt:
    """What the audit would call a cheat is refused at one's own prompt."""

    def test_move_that_the_hand_does_not_allow(self) -> None:
        game = next(game for game in map(dealt, count()) if any(card[0] == "r" for card in game.hand(INVITED)))
        red = next(card for card in game.hand(INVITED) if card[0] == "r")
        with pytest.raises(IllegalMove, match=f"You hold {red}."):
            game.move("none")

    def test_card_that_is_not_in_the_hand(self) -> None:
        game = dealt()
        with pytest.raises(IllegalMove, match=f"You do not hold {game.hand(INVITER)[0]}."):
            game.move(game.hand(INVITER)[0])

    def test_card_twice_at_once(self) -> None:
        game = dealt()
        with pytest.raises(IllegalMove, match="You do not hold"):
            game.move(" ".join([game.hand(INVITED)[0]] * 2))


class TestRefusedAtOnce:
    """What the log shows to be false, or one's own key."""

    @pytest.mark.parametrize(
        ("spoil", "why"),
        [
            (lambda points: points[:-1], "with 8 of them"),
            (lambda points: [*points, points[0]], "with 8 of them"),
            (lambda points: [points[1], *points[1:]], "a card twice"),
            (lambda points: [with_low_order(points[1]), *points[1:]], "a card twice"),
            (lambda points: [number(0), *points[1:]], "low order"),
            (lambda points: [number(1), *points[1:]], "low order"),
            (lambda points: [number(P - 1), *points[1:]], "low order"),
            (lambda points: [number(P), *points[1:]], "not below the prime"),
            (
                lambda points: [number(int.from_bytes(points[0], "little") + 2**255), *points[1:]],
                "not below the prime",
            ),
            (lambda points: [number(ON_TWIST), *points[1:]], "not on the curve"),
            (lambda points: [face("r1"), *points[1:]], "without a lock"),
        ],
    )
    @pytest.mark.parametrize("turn", [0, 1])
    def test_false_deck(self, spoil: Callable[[list[bytes]], list[bytes]], why: str, turn: int) -> None:
        """From the seat that locks first, and from the other."""
        game = Programs().run(Kind.SHUFFLE)
        if turn:
            game.write(game.text())
        points = points_of(game.text())
        spoilt = spoil(points)
        if "without a lock" in why:
            spoilt[0] = game.match.cards.deck.to_lock[3]
        with pytest.raises(Refused, match=why):
            game.write(written(spoilt))

    @pytest.mark.parametrize("change", ["\n", "=", " ", "A"])
    def test_deck_in_another_form(self, change: str) -> None:
        """Only one text stands for the same cards."""
        game = Programs().run(Kind.SHUFFLE)
        with pytest.raises(Refused, match="in base64 with 8 of them"):
            game.write(game.text() + change)

    def test_bits_of_base64_that_do_not_count(self) -> None:
        """The last character of a share has two of them."""
        game = Programs().run(Kind.SHARE, more=True)
        game.run(Kind.SHARE, more=True)
        game.run(Kind.SHARE, more=True)
        text = game.text()
        assert len(text) == 44
        following = chr(ord(text[-2]) + 1)
        assert b64decode(text[:-2] + following + "=") == b64decode(text)
        with pytest.raises(Refused, match="in base64"):
            game.write(text[:-2] + following + "=")

    def test_share_that_unlocks_no_card(self) -> None:
        """The owner's key shows it."""
        game = Programs().run(Kind.SHARE)
        points = points_of(game.text())
        with pytest.raises(Refused, match="does not unlock a card of the deck"):
            game.write(written([multiplied(key_of(bytes(32)), points[0]), *points[1:]]))

    def test_share_of_a_card_that_was_dealt_already(self) -> None:
        """It is a copy of one that was given before."""
        game = Programs().run(Kind.SHARE)
        points = points_of(game.text())
        with pytest.raises(Refused, match="one that was given before"):
            game.write(written([points[0], points[0], points[2]]))

    @pytest.mark.parametrize("turn", [0, 1])
    def test_share_of_another_card_for_one_that_is_shown(self, turn: int) -> None:
        """The second share has to end with a face; that the first one was false, the audit finds."""
        game = Programs().run(Kind.SHARE)
        for _ in range(2 + turn):
            game.write(game.text())
        false = multiplied(inverse(game.key(game.seat)), game.match.cards.deck.locked_at(7))
        if not turn:
            game.write(written([false]))  # it cannot be told yet from the right one
            game.write(game.text())  # shows another card than the one that is due
            assert "false share of the card" in game.end().reason
            return
        with pytest.raises(Refused, match="does not unlock a card of the deck"):
            game.write(written([false]))

    def test_card_is_shown_that_the_other_holds(self) -> None:
        """The seat that shares last can show any face. The other could not lay that card from its hand any more."""
        game = Programs().run(Kind.SHARE)
        for _ in range(3):
            game.write(game.text())
        assert game.seat is INVITER
        held = game.hand(INVITED)[0]
        with pytest.raises(Refused, match=f"The card {held} has come from the deck, and is still in the hand"):
            game.write(written([face(held)]))

    def test_dealt_card_that_is_known_already(self) -> None:
        """A false deck has it twice; the owner's key shows it."""
        game = dealt()
        shown, deck, secret = game.match.position[2], game.match.cards.deck, game.secrets[INVITED] or ""
        with pytest.raises(Refused, match=f"has come from the deck before, {shown}"):
            deck.dealt(INVITED, (multiplied(game.key(INVITED), face(shown)),)).check(deck, INVITED, secret)

    def test_dealt_card_that_is_in_the_hand_already(self) -> None:
        """The same for a card that only its owner knows."""
        game = dealt()
        deck, secret = game.match.cards.deck, game.secrets[INVITED] or ""
        held, key = game.hand(INVITED)[0], key_of(bytes(32))
        game.match = game.match.after(INVITED, Kind.RESIGN, "")
        again = multiplied(game.key(INVITED), face(held))
        with pytest.raises(Refused, match="given before"):
            deck.dealt(INVITED, (again,))
        with pytest.raises(Refused, match="does not unlock"):
            deck.dealt(INVITED, (multiplied(key, again),)).check(deck, INVITED, secret)

    def test_card_that_is_not_in_the_hand(self) -> None:
        """With a proof of another one, the partner's key shows it."""
        game = dealt()
        mine, theirs = game.hand(INVITED)[0], game.hand(INVITER)[0]
        text = game.proven(mine)
        with pytest.raises(Refused, match=f"The card at place 0 is not {theirs}"):
            game.write(text.replace(mine, theirs, 1))

    def test_card_that_was_laid_already(self) -> None:
        game = dealt()
        card = game.hand(INVITED)[0]
        text = game.proven(card)
        game.write(text)
        game.move(game.hand(INVITER)[0])
        with pytest.raises(Refused, match="The card at place 0 was laid before"):
            game.write(text)

    def test_card_that_was_laid_from_another_place(self) -> None:
        """The share of another place in the hand does not unlock it, and a copy is noticed in any case."""
        game = dealt()
        card = game.hand(INVITED)[0]
        text = game.proven(card)
        game.write(text)
        game.move(game.hand(INVITER)[0])
        with pytest.raises(Refused, match="given before"):
            game.write(text.replace(" 0:", " 1:"))

    def test_name_that_was_laid_already(self) -> None:
        game = dealt()
        one, two, _ = game.hand(INVITED)
        game.move(one)
        game.move(game.hand(INVITER)[0])
        with pytest.raises(Refused, match=f"The card {one} has come from this deck before"):
            game.write(game.proven(two).replace(two, one, 1))

    @pytest.mark.parametrize(
        ("place", "why"),
        [
            ("3", "was not dealt to the server"),
            ("6", "was not dealt to the server"),
            ("7", "was not dealt to the server"),
            ("8", "no card at place 8"),
            ("00", "no card at place 00"),
            ("999999999", "no card at place 999999999"),
        ],
    )
    def test_card_from_a_place_of_which_it_was_not_dealt(self, place: str, why: str) -> None:
        """It is in the partner's hand, was shown, is still in the deck, or is nowhere."""
        game = dealt()
        text = game.proven(game.hand(INVITED)[0])
        with pytest.raises(Refused, match=why):
            game.write(text.replace(" 0:", f" {place}:"))

    def test_card_of_another_deck(self) -> None:
        """A place says which deck it belongs to."""
        game = dealt()
        for seat in (INVITED, INVITER):
            game.move(game.hand(seat)[0])
        game.move("again")
        card = game.hand(INVITED)[0]
        text = game.proven(card)
        with pytest.raises(Refused, match=f"The card {card} is not in the deck"):
            game.write(text.replace(" 1:", " 8:"))

    def test_proof_without_a_move(self) -> None:
        with pytest.raises(InvalidMove, match="not a card"):
            dealt().write("1:AAAA")

    @pytest.mark.parametrize("keep", [0, 2])
    def test_move_without_its_proofs_or_with_too_many(self, keep: int) -> None:
        game = dealt()
        notation, proofs = game.match.cards.parted(game.proven(game.hand(INVITED)[0]))
        with pytest.raises(Refused, match=f"lays 1 cards, and comes with the proofs of {keep}"):
            game.write(" ".join([notation, *proofs * keep]))

    def test_seed_that_was_not_committed_to(self) -> None:
        game = dealt()
        game.write("end")
        text = game.text()
        with pytest.raises(Refused, match="does not open the commitment"):
            game.write(text[:-1] + ("0" if text[-1] != "0" else "1"))


class TestFoundByTheAudit:
    """What nobody could see before; each is named, and loses."""

    def cheat(self, game: Programs) -> str:
        """Who has won, and what the other has done."""
        outcome = game.end()
        assert outcome.winner
        assert game.match.shown == ()
        words = f"the {outcome.winner.other} cheated: "
        assert outcome.reason.startswith(words)
        return outcome.reason.removeprefix(words)

    @pytest.mark.parametrize("turn", [0, 1])
    def test_stacked_deck(self, turn: int) -> None:
        """The order is not the one of the seed."""
        game = Programs().run(Kind.SHUFFLE)
        if turn:
            game.write(game.text())
        cheat = game.seat
        game.write(written(sorted(points_of(game.text()))))
        game.run()
        assert self.cheat(game) == "a shuffle that does not follow from its seed"
        assert game.match.outcome
        assert game.match.outcome.winner is cheat.other

    @pytest.mark.parametrize("turn", [0, 1])
    def test_deck_of_other_cards(self, turn: int) -> None:
        """A card was swapped for another; whether or not it is dealt, the seed does not make it."""
        game = Programs().run(Kind.SHUFFLE)
        if turn:
            game.write(game.text())
        points = points_of(game.text())
        last = 7 if turn else order_from((game.secrets[INVITER] or ""), len(PACK))[7]
        points[last] = multiplied(game.key(game.seat), face("joker"))
        game.write(written(points))
        game.run()
        assert self.cheat(game) == "a shuffle that does not follow from its seed"

    @pytest.mark.parametrize("turn", [0, 1])
    def test_mark_on_the_back_of_a_card(self, turn: int) -> None:
        """A point of low order is added: the same lock takes both to the same point, and yet the deck is another."""
        game = Programs().run(Kind.SHUFFLE)
        if turn:
            game.write(game.text())
        first, *others = points_of(game.text())
        marked = with_low_order(first)
        key = key_of(b"\7" * 32)
        assert multiplied(key, marked) == multiplied(key, first)
        game.write(written([marked, *others]))
        game.run()
        assert self.cheat(game) == "a shuffle that does not follow from its seed"

    def test_share_in_another_encoding(self) -> None:
        """Seven points unlock the same card as the share, so only the audit tells them apart.

        The other, who has to share a card to be shown further, is not blamed.
        """
        for shares in range(4):
            game, honest = Programs().run(Kind.SHARE), Programs().run(Kind.SHARE)
            for _ in range(shares):
                game.write(game.text())
                honest.write(honest.text())
            assert game.match.duty
            assert game.match.duty.kind is Kind.SHARE
            cheat, points = game.seat, points_of(game.text())
            text = written([*map(with_low_order, points)])
            if shares == 3:  # it must be a face
                with pytest.raises(Refused, match="does not unlock a card"):
                    game.write(text)
                continue
            honest.write(honest.text())
            game.write(text)
            assert [game.hand(seat) for seat in Seat] == [honest.hand(seat) for seat in Seat]
            game.run()
            assert self.cheat(game).startswith("a false share of the card at place ")
            assert game.match.outcome
            assert game.match.outcome.winner is cheat.other

    def test_proof_in_another_encoding(self) -> None:
        """A card that is laid has a share with it, which can be written differently, too."""
        game = dealt()
        card, proof = game.side(INVITED).proven(game.hand(INVITED)[0]).split()
        place, share = proof.split(":")
        game.write(f"{card} {place}:{written([*map(with_low_order, points_of(share))])}")
        game.run()
        assert self.cheat(game) == f"a false share of the card at place {place}"

    def test_card_twice_under_another_key(self) -> None:
        """A doubled card with another lock is another point."""
        game = Programs().run(Kind.SHUFFLE)
        game.write(game.text())
        source, points = game.match.cards.deck.to_lock, points_of(game.text())
        other = multiplied(key_of(b"\7" * 32), source[0])
        game.write(written([*points[:-1], other]))
        game.run()
        assert self.cheat(game) == "a shuffle that does not follow from its seed"

    def test_blinded_copy_that_unlocks_a_card_never_dealt(self) -> None:
        """The seat that locks last learns from its share what another card is. The audit shows the copy."""
        game = Programs().run(Kind.SHUFFLE)
        game.write(game.text())
        assert game.seat is INVITER
        points, blind = points_of(game.text()), key_of(b"\7" * 32)
        game.write(written([*points[:3], multiplied(blind, points[7]), *points[4:]]))
        game.unchecked = INVITER
        game.run(Kind.SHARE, more=True)
        share = points_of(game.text())[0]  # the honest seat's, of what it takes for the cheat's first card
        game.write(game.text())
        unblinded = multiplied(inverse(game.key(INVITER)), multiplied(inverse(blind), share))
        assert unblinded in map(face, PACK), "the cheat has learnt a card that is still in the deck"
        game.run()
        assert self.cheat(game) == "a shuffle that does not follow from its seed"

    def test_second_shuffle_of_other_cards(self) -> None:
        game = dealt()
        for seat in (INVITED, INVITER):
            game.move(game.hand(seat)[0])
        game.write("again")
        game.run(Kind.SHUFFLE)
        key = game.key(game.seat)
        game.write(written([multiplied(key, face(card)) for card in PACK[:3]]))
        game.run(more=True, kind=Kind.SHARE)
        game.run()
        assert self.cheat(game) == "a shuffle that does not follow from its seed"

    def test_shares_of_cards_in_exchange(self) -> None:
        """Both unlock cards of the deck, and the owner cannot tell which is which."""
        game = Programs().run(Kind.SHARE)
        one, two, three = points_of(game.text())
        game.write(written([two, one, three]))
        game.run()
        assert self.cheat(game) == "a false share of the card at place 0"

    def test_card_named_for_another_place_of_the_hand(self) -> None:
        """The share fits the name, but not the place; it would hide when the card was dealt."""
        game = dealt()
        one, _, _ = game.hand(INVITED)
        text = game.proven(one)
        game.write(text.replace(" 0:", " 1:"))
        assert self.cheat(game) == "a false share of the card at place 1"

    def test_no_card_to_play_with_one_in_the_hand(self) -> None:
        game = next(game for game in map(dealt, count()) if any(card[0] == "r" for card in game.hand(INVITED)))
        red = next(card for card in game.hand(INVITED) if card[0] == "r")
        game.write("none")
        assert self.cheat(game) == f"a move that the hand does not allow, none (You hold {red}.)"

    def test_false_answer_from_the_hand(self) -> None:
        game = dealt()
        game.write("count")
        truth = game.text()
        false = str((int(truth) + 1) % 4)
        game.write(false)
        assert self.cheat(game) == f'a false answer, "{false}" for "{truth}"'

    def test_seed_in_another_form(self) -> None:
        game = Programs()
        game.write(game.committed("lucky"))
        game.run()
        assert self.cheat(game) == "a seed in another form"

    def test_both_cheat(self) -> None:
        game = Programs().run(Kind.SHUFFLE)
        for _ in Seat:
            game.write(written(sorted(points_of(game.text()))))
        game.run()
        assert game.end() == (None, "both cheated")

    def test_false_card_that_a_partner_did_not_check(self) -> None:
        """A program that does not look is protected by the audit, too."""
        game = dealt()
        mine, theirs = game.hand(INVITED)[0], game.hand(INVITER)[0]
        text = game.proven(mine).replace(mine, theirs, 1)
        game.match = game.match.after(INVITED, Kind.MOVE, text)
        assert self.cheat(game) == f"laid {theirs} from place 0, which is {mine}"


class Wrong(Colours):
    """A game that asks for what cannot be."""

    def __init__(self, acts: ToAct, at: str = "start") -> None:
        self._acts = acts
        self._at = at

    def to_act(self, position: Position) -> ToAct:
        """As said."""
        return self._acts if position[0] == self._at else super().to_act(position)


@pytest.mark.parametrize(
    ("acts", "at", "why"),
    [
        (Shuffle(()), "start", "a deck of 0 cards"),
        (Shuffle(["x"] * 2), "start", "different names"),
        (Shuffle(["a b"]), "start", "without blanks"),
        (Shuffle([str(n) for n in range(97)]), "start", "a deck of 97 cards"),
        (Deal(Seat.CLIENT, 1), "start", "1 cards are to be drawn, and there are 0"),
        (Show(9), "show", "9 cards are to be drawn, and there are 2"),
        (Show(0), "show", "0 cards are to be drawn"),
        (Deal(Seat.CLIENT, 3), "show", "3 cards are to be drawn, and there are 2"),
        (Secret(Seat.CLIENT), "play", "asked for a second secret"),
        (Answer(Seat.CLIENT), "start", "has no secret"),
    ],
)
def test_rules_that_ask_for_what_cannot_be_cost_their_game(acts: ToAct, at: str, why: str) -> None:
    with pytest.raises(RulesFailed, match=why):
        Programs(Wrong(acts, at)).run()


def test_secret_and_cards_do_not_go_together() -> None:
    """A seat hides one thing in a match."""

    class Both(Colours):
        def to_act(self, position: Position) -> ToAct:
            return Secret(INVITED) if position[0] == "start" else Shuffle(PACK)

    game = Programs(Both())
    with pytest.raises(RulesFailed, match="where a secret is hidden"):
        game.write(game.committed("word"))


def test_rules_that_fail_over_a_hand_call_it_a_cheat_only_at_the_audit() -> None:
    """They may fail in any way over what a cheat has done."""

    class Fails(Colours):
        def fair(self, position: Position, seat: Seat, move: str, held: Sequence[str]) -> None:
            if move == "none":
                raise ZeroDivisionError("no hand")

    game = Programs(Fails()).run()
    with pytest.raises(RulesFailed):
        game.move("none")
    game.write("none")
    assert game.end().reason == "the server cheated: a move that the hand does not allow, none (no hand)"
