"""Hangman, by its rules and against cheats."""

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.rules import Answer, Outcome, Secret
from chatgame.core.seats import Seat
from chatgame.games.hangman import Hangman, Position
from tests.games.playing import Lie, canonical_or_refused, play

RULES = Hangman()
START = RULES.start(Seat.CLIENT, "")
HIDDEN = RULES.apply(START, None)
TOLD = RULES.apply(HIDDEN, "6")


@pytest.mark.parametrize("inviter", Seat)
def test_inviter_hides_a_word_and_the_other_guesses(inviter: Seat) -> None:
    """The length is told first, and every guess is answered."""
    position = RULES.start(inviter, "")
    assert RULES.to_act(position) == Secret(inviter)
    position = RULES.apply(position, None)
    assert RULES.to_act(position) == Answer(inviter)
    position = RULES.apply(position, "6")
    assert RULES.to_act(position) is inviter.other
    position = RULES.apply(position, "e")
    assert RULES.to_act(position) == Answer(inviter)
    assert RULES.to_act(RULES.apply(position, "none")) is inviter.other


@pytest.mark.parametrize("inviter", Seat)
def test_open_letters_win(inviter: Seat) -> None:
    """When the last one opens."""
    assert play(RULES, "Banana", *"ean", inviter=inviter).outcome is None
    assert play(RULES, "Banana", *"eanB", inviter=inviter).outcome == Outcome(inviter.other, "the word is known")


@pytest.mark.parametrize("inviter", Seat)
def test_whole_word_wins(inviter: Seat) -> None:
    """At any time."""
    assert play(RULES, "banana", "BANANA", inviter=inviter).outcome == Outcome(inviter.other, "the word is known")
    assert play(RULES, "banana", *"eioux", "banana").outcome == Outcome(Seat.SERVER, "the word is known")


@pytest.mark.parametrize("inviter", Seat)
def test_six_wrong_guesses_lose(inviter: Seat) -> None:
    """A wrong word is one of them, a right letter none."""
    guesses = ["e", "i", "a", "cabana", "o", "u"]
    assert play(RULES, "banana", *guesses, inviter=inviter).outcome is None
    assert play(RULES, "banana", *guesses, "x", inviter=inviter).outcome == Outcome(inviter, "six wrong guesses")


def test_answer_to_a_letter_is_its_places() -> None:
    """To a word it is yes or no, and at first the length."""
    assert RULES.answer(HIDDEN, "banana") == "6"
    answers = {
        guess: RULES.answer(TOLD._replace(guess=guess), "banana") for guess in ("a", "b", "e", "banana", "cabana")
    }
    assert answers == {"a": "2,4,6", "b": "1", "e": "none", "banana": "yes", "cabana": "no"}


@given(st.text(ascii_lowercase, min_size=3, max_size=20), st.permutations(ascii_lowercase))
def test_true_answers_are_always_taken(word: str, letters: list[str]) -> None:
    """And no audit finds them false, however the match ends."""
    guesses = letters[: max(map(letters.index, word)) + 1]
    expected = Outcome(Seat.SERVER, "the word is known")
    wrong = [letter for letter in guesses if letter not in word]
    if len(wrong) >= 6:
        guesses = guesses[: guesses.index(wrong[5]) + 1]
        expected = Outcome(Seat.CLIENT, "six wrong guesses")
    assert play(RULES, word, *guesses).outcome == expected


@pytest.mark.parametrize(
    ("lines", "cheat"),
    [
        (["banana", Lie("5"), "/resign"], 'a false answer, "5" for "6"'),
        (["banana", "e", Lie("2"), "/resign"], 'a false answer, "2" for "none"'),
        (["banana", "a", Lie("none"), "/resign"], 'a false answer, "none" for "2,4,6"'),
        (["banana", "a", Lie("2,4"), "/resign"], 'a false answer, "2,4" for "2,4,6"'),
        (["banana", "banana", Lie("no"), "/resign"], 'a false answer, "no" for "yes"'),
        (["banana", "a", Lie("none"), *"eioux"], 'a false answer, "none" for "2,4,6"'),
        (["cabana", "banana", Lie("yes")], 'a false answer, "yes" for "no"'),
        ([Lie("b4n4n4"), "/resign"], 'a secret that is none ("b4n4n4" is no word of 3 to 20 letters, a to z.)'),
        ([Lie("it"), Lie("3"), "/resign"], 'a secret that is none ("it" is no word of 3 to 20 letters, a to z.)'),
        ([Lie("Banana"), "/resign"], "a secret in another notation"),
    ],
)
def test_cheat_shows_when_the_word_does(lines: list[str], cheat: str) -> None:
    """And loses, even to who has resigned or has guessed wrong six times."""
    assert play(RULES, *lines).outcome == Outcome(Seat.SERVER, f"the client cheated: {cheat}")
    assert play(RULES, *lines, inviter=Seat.SERVER).outcome == Outcome(Seat.CLIENT, f"the server cheated: {cheat}")


@pytest.mark.parametrize("word", ["cat", "Cat", "ABCDEFGHIJKLMNOPQRST"])
def test_word_has_3_to_20_letters(word: str) -> None:
    """Typed in any case."""
    assert RULES.parse(START, Seat.CLIENT, word) == word.lower()


@pytest.mark.parametrize("word", ["", "it", "a" * 21, "b4n4n4", "ba na", "naïve", "\u212aelvin", "x²x", "don't"])
def test_other_than_a_word_is_refused(word: str) -> None:
    """With the bounds."""
    with pytest.raises(InvalidMove, match=r"is no word of 3 to 20 letters, a to z\.$"):
        RULES.parse(START, Seat.CLIENT, word)


@pytest.mark.parametrize("guess", ["", "é", "\u212a", "3", "²", "ab", "cabanas", "bana4a", "a "])
def test_other_than_a_guess_is_refused(guess: str) -> None:
    """A word must be as long as the hidden one."""
    with pytest.raises(InvalidMove, match="is no guess; try a letter, or the whole word of 6 letters, of a to z"):
        RULES.parse(TOLD, Seat.SERVER, guess)


@pytest.mark.parametrize("guess", ["a", "A", "e", "cabana"])
def test_what_was_tried_is_refused(guess: str) -> None:
    """Whether it was right or wrong."""
    with pytest.raises(IllegalMove, match=f"^{guess.lower()} was tried already; guess another"):
        RULES.parse(play(RULES, "banana", "a", "e", "cabana").position, Seat.SERVER, guess)


@pytest.mark.parametrize(
    ("guess", "taken", "refused"),
    [
        ("", ["3", "6", "20"], ["", "2", "21", "03", "+3", "3 ", "²", "٣", "none", "yes"]),
        (
            "n",
            ["none", "1", "3,5", "1,3,5"],
            ["", "2", "2,3", "5,3", "3,3", "0", "7", "3,", "3, 5", "03", "٣", "yes"],
        ),
        ("n", [], ["None", "none,3", "no", "1,2,3,4,5,6,7"]),
        ("cabana", ["yes", "no"], ["", "Yes", "none", "1", "1,3"]),
    ],
)
def test_answer_has_the_form_that_its_question_asks_for(guess: str, taken: list[str], refused: list[str]) -> None:
    """Places stand in order, and none is open already."""
    position = Position(Seat.CLIENT, "_a_a_a", ("a",), guess) if guess else HIDDEN
    for text in taken:
        assert RULES.parse(position, Seat.CLIENT, text) == text
    for text in refused:
        with pytest.raises(InvalidMove, match="is no answer: a length, places as in 2,5, none, yes or no is due"):
            RULES.parse(position, Seat.CLIENT, text)


@given(
    st.text(max_size=4000) | st.text("anoesy123456,", max_size=12),
    st.sampled_from([START, HIDDEN, TOLD, TOLD._replace(guess="a"), TOLD._replace(guess="banana")]),
)
def test_any_text_is_read_or_refused(text: str, position: Position) -> None:
    """As a word, an answer or a guess."""
    canonical_or_refused(RULES, position, text)


def test_asks_for_what_is_due() -> None:
    """With the bounds, or the length."""
    assert RULES.asks(START, Seat.CLIENT) == "a word of 3 to 20 letters, a to z, for the other to guess"
    assert RULES.asks(TOLD, Seat.SERVER) == "a letter, or the whole word of 6 letters"


def test_options_are_refused() -> None:
    """There are none."""
    with pytest.raises(Refused, match='hangman has no options: type "play hangman" alone'):
        RULES.start(Seat.CLIENT, "banana")


def test_position_is_written_as_json() -> None:
    """As the digest needs it."""
    assert json.encode(START) == b'["client","",[],""]'
    assert json.encode(HIDDEN) == b'["client","?",[],""]'
    assert json.encode(play(RULES, "banana", "a", "e").position) == b'["client","_a_a_a",["a","e"],""]'


def test_render() -> None:
    """The gallows, the open letters and what was tried; the word for its owner alone."""
    match = play(RULES, "banana", *"aeiou", "cabana")
    assert match.render(Seat.SERVER, None) == (
        "+---+\n|   |\n|   O\n|  /|\\\n|  /\n|\n_ a _ a _ a\ntried: a e i o u cabana\nword: the client, guesses: you"
    )
    assert "the word: banana\n" in match.render(Seat.CLIENT, "banana")
    assert RULES.render(START, None, None) == (
        "+---+\n|   |\n|\n|\n|\n|\n?\ntried: nothing yet\nword: the client, guesses: the server"
    )


def test_board_is_at_most_40_columns_wide() -> None:
    """Even after the longest wrong words."""
    tried = tuple(letter * 20 for letter in "abcdef")
    board = RULES.render(Position(Seat.CLIENT, "_" * 20, tried, ""), None, "x" * 20)
    assert max(map(len, board.split("\n"))) <= 40


def test_word_in_words() -> None:
    """A closed letter is a blank; the word is for its owner alone."""
    match = play(RULES, "banana", *"aei", "cabana")
    told = [
        "The word is from the client, the guesses from you.",
        "It has 6 letters: blank, a, blank, a, blank, a.",
        "Tried: a, e, i, cabana.",
        "Wrong, 3 of 6: e, i, cabana.",
    ]
    assert match.render(Seat.SERVER, None).spoken.split("\n") == told
    assert match.render(Seat.CLIENT, "banana").spoken.split("\n") == [
        "The word is from you, the guesses from the server.",
        "It is banana.",
        *told[1:],
    ]
    for position in (START, HIDDEN):
        assert RULES.describe(position, None, None).split("\n") == [
            "The word is from the client, the guesses from the server.",
            "Tried: nothing yet.",
            "Wrong, 0 of 6: none.",
        ]


@pytest.mark.parametrize(
    ("guess", "answer", "told"),
    [
        ("b", "1", "b is letter 1. The word: b, a, blank, a, blank, a."),
        ("n", "3,5", "n is letter 3 and 5. The word: blank, a, n, a, n, a."),
        ("i", "none", "i is not in the word: wrong guess 2 of 6."),
        ("cabana", "no", "cabana is not the word: wrong guess 2 of 6."),
        ("banana", "yes", "banana is the word."),
    ],
)
def test_answer_in_words(guess: str, answer: str, told: str) -> None:
    """With the word as it is then, or how many guesses were wrong."""
    assert RULES.tell(Position(Seat.CLIENT, "_a_a_a", ("a", "e"), guess), answer) == told


def test_length_in_words() -> None:
    """A guess is shown as it was typed, and not told again."""
    assert RULES.tell(HIDDEN, "6") == "The word has 6 letters."
    assert RULES.tell(TOLD, "e") == ""
