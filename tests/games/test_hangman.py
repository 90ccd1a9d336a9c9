"""Hangman, by its rules and against cheats."""

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Answer, Outcome, Revealed, Secret
from chatgame.core.seats import Seat
from chatgame.games.hangman import Hangman, Position
from tests.games.playing import Lie, canonical_or_refused, play
from tests.kit.boards import board_of, cells, rows, seen, spoken, words

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
    """The word is known when its last letter opens."""
    assert play(RULES, "Banana", *"ean", inviter=inviter).outcome is None
    assert play(RULES, "Banana", *"eanB", inviter=inviter).outcome == Outcome(inviter.other, "the word is known")


@pytest.mark.parametrize("inviter", Seat)
def test_whole_word_wins(inviter: Seat) -> None:
    """The guesser may say it at any time."""
    assert play(RULES, "banana", "BANANA", inviter=inviter).outcome == Outcome(inviter.other, "the word is known")
    assert play(RULES, "banana", *"eioux", "banana").outcome == Outcome(Seat.SERVER, "the word is known")


@pytest.mark.parametrize("inviter", Seat)
def test_six_wrong_guesses_lose(inviter: Seat) -> None:
    """A wrong word is one of them, and a right letter is not."""
    guesses = ["e", "i", "a", "cabana", "o", "u"]
    assert play(RULES, "banana", *guesses, inviter=inviter).outcome is None
    assert play(RULES, "banana", *guesses, "x", inviter=inviter).outcome == Outcome(inviter, "six wrong guesses")


def test_answer_to_a_letter_is_its_places() -> None:
    """The answer to a word is yes or no, and the first answer is the length."""
    assert RULES.answer(HIDDEN, "banana") == "6"
    answers = {
        guess: RULES.answer(TOLD._replace(guess=guess), "banana") for guess in ("a", "b", "e", "banana", "cabana")
    }
    assert answers == {"a": "2,4,6", "b": "1", "e": "none", "banana": "yes", "cabana": "no"}


@given(st.text(ascii_lowercase, min_size=3, max_size=20), st.permutations(ascii_lowercase))
def test_true_answers_are_always_taken(word: str, letters: list[str]) -> None:
    """No audit finds them false, however the match ends."""
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
        (["banana", "banana", Lie("no"), "a", "/resign"], 'a false answer, "no" for "yes"'),
        (["banana", "a", Lie("none"), *"eioux"], 'a false answer, "none" for "2,4,6"'),
        (["cabana", "banana", Lie("yes")], 'a false answer, "yes" for "no"'),
        (
            [Lie("b4n4n4"), "/resign"],
            'a secret that the rules do not allow ("b4n4n4" is not a word of 3 to 20 letters, a to z.)',
        ),
        (
            [Lie("it"), Lie("3"), "/resign"],
            'a secret that the rules do not allow ("it" is not a word of 3 to 20 letters, a to z.)',
        ),
        ([Lie("Banana"), "/resign"], "a secret in another notation"),
    ],
)
def test_cheat_shows_when_the_word_does(lines: list[str], cheat: str) -> None:
    """The cheat loses, even to a player who has resigned or has guessed wrong six times."""
    assert play(RULES, *lines).outcome == Outcome(Seat.SERVER, f"the client cheated: {cheat}")
    assert play(RULES, *lines, inviter=Seat.SERVER).outcome == Outcome(Seat.CLIENT, f"the server cheated: {cheat}")


@pytest.mark.parametrize("word", ["cat", "Cat", "ABCDEFGHIJKLMNOPQRST"])
def test_word_has_3_to_20_letters(word: str) -> None:
    """They may be typed in any case."""
    assert RULES.parse(START, Seat.CLIENT, word) == word.lower()


@pytest.mark.parametrize("word", ["", "it", "a" * 21, "b4n4n4", "ba na", "naïve", "\u212aelvin", "x²x", "don't"])
def test_text_that_is_not_a_word_is_refused(word: str) -> None:
    """The sentence names the bounds."""
    with pytest.raises(InvalidMove, match=r"is not a word of 3 to 20 letters, a to z\.$"):
        RULES.parse(START, Seat.CLIENT, word)


@pytest.mark.parametrize("guess", ["", "é", "\u212a", "3", "²", "ab", "cabanas", "bana4a", "a "])
def test_text_that_is_not_a_guess_is_refused(guess: str) -> None:
    """A word must be as long as the hidden one."""
    with pytest.raises(
        InvalidMove,
        match=r"is not a guess\. Choose a letter, or the whole word of 6 letters, with letters from a to z",
    ):
        RULES.parse(TOLD, Seat.SERVER, guess)


@pytest.mark.parametrize("guess", ["a", "A", "e", "cabana"])
def test_what_was_tried_is_refused(guess: str) -> None:
    """It is refused whether it was right or wrong."""
    with pytest.raises(IllegalMove, match=rf"^{guess.lower()} was tried already\. Guess another"):
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
    """Places stand in order, and none of them is open already."""
    position = Position(Seat.CLIENT, "_a_a_a", ("a",), guess) if guess else HIDDEN
    for text in taken:
        assert RULES.parse(position, Seat.CLIENT, text) == text
    for text in refused:
        with pytest.raises(
            InvalidMove, match=r"is not an answer\. An answer is a length, places as in 2,5, none, yes or no"
        ):
            RULES.parse(position, Seat.CLIENT, text)


@pytest.mark.parametrize(
    ("guess", "answer", "possible"),
    [
        ("banana", "yes", True),
        ("rarara", "yes", True),
        ("banane", "yes", False),
        ("bandna", "yes", False),
        ("cabana", "yes", True),
        ("eayaya", "yes", False),
        ("eayaya", "no", True),
        ("m", "1,3,5", False),
        ("m", "1,3", True),
        ("y", "1,3,5", True),
    ],
)
def test_answer_that_cannot_be_true_is_refused(guess: str, answer: str, possible: bool) -> None:
    """A word that does not go with the letters that are open and were tried, or one that was denied before."""
    position = Position(Seat.CLIENT, "_a_a_a", ("a", "e", "mamama"), guess)
    if possible:
        assert RULES.parse(position, Seat.CLIENT, answer) == answer
    else:
        with pytest.raises(IllegalMove, match=f'^"{answer}" cannot be true of {guess} after the answers so far'):
            RULES.parse(position, Seat.CLIENT, answer)


@given(
    st.text(max_size=4000) | st.text("anoesy123456,", max_size=12),
    st.sampled_from([START, HIDDEN, TOLD, TOLD._replace(guess="a"), TOLD._replace(guess="banana")]),
)
def test_any_text_is_read_or_refused(text: str, position: Position) -> None:
    """It is read as a word, an answer or a guess."""
    canonical_or_refused(RULES, position, text)


def test_asks_for_what_is_due() -> None:
    """It names the bounds, or the length of the word."""
    assert RULES.asks(START, Seat.CLIENT) == "a word of 3 to 20 letters, a to z, for the other to guess"
    assert RULES.asks(TOLD, Seat.SERVER) == "a letter, or the whole word of 6 letters"


def test_options_are_refused() -> None:
    with pytest.raises(Refused, match='hangman has no options: type "play hangman" alone'):
        RULES.start(Seat.CLIENT, "banana")


def test_position_is_written_as_json() -> None:
    assert json.encode(START) == b'["client","",[],""]'
    assert json.encode(HIDDEN) == b'["client","?",[],""]'
    assert json.encode(play(RULES, "banana", "a", "e").position) == b'["client","_a_a_a",["a","e"],""]'


def test_board_shows_the_gallows_the_letters_and_what_was_tried() -> None:
    """The word is shown to its owner alone."""
    match = play(RULES, "banana", *"aeiou", "cabana")
    gallows = ["+---+", "|   |", "|   O", "|  /|\\", "|  /", "|"]
    assert seen(match, Seat.SERVER) == [*gallows, " _ a _ a _ a", "Tried: a e i o u cabana"]
    assert "The word: banana" in seen(match, Seat.CLIENT, "banana")
    assert rows(board_of(RULES, START)) == ["+---+", "|   |", "|", "|", "|", "|", " ?", "Tried: nothing yet"]


def test_board_in_unicode() -> None:
    """Its lines meet."""
    match = play(RULES, "banana", *"ae")
    assert rows(Perspective(match).board(), unicode=True)[:4] == ["┌───┐", "│   │", "│   O", "│"]


def test_letters_that_were_opened_are_fresh() -> None:
    """Those of the last guess are, and no others."""
    fresh = [cell.name for cell in cells(Perspective(play(RULES, "banana", *"an")).board()) if cell.fresh]
    assert fresh == ["place 3", "place 5"]
    for guesses in ("", "e", "ae"):
        assert not any(cell.fresh for cell in cells(Perspective(play(RULES, "banana", *guesses)).board()))


@pytest.mark.parametrize("end", [["cabana", *"eioux"], ["/resign"]])
def test_word_is_shown_to_both_when_the_game_is_over(end: list[str]) -> None:
    """It is shown however the game has ended."""
    match = play(RULES, "banana", "a", *end)
    assert match.outcome
    for viewer in (None, *Seat):
        assert "The word: banana" in seen(match, viewer)


def test_word_in_words() -> None:
    """A closed letter is a blank; the word is for its owner alone."""
    match = play(RULES, "banana", *"aei", "cabana")
    wrong, letters, tried = (
        "3 wrong guesses of 6.",
        "The letters: blank, a, blank, a, blank, a.",
        "Tried: a e i cabana",
    )
    assert spoken(match, Seat.SERVER) == [wrong, letters, tried]
    assert spoken(match, Seat.CLIENT, "banana") == [wrong, letters, "The word: banana", tried]
    for position in (START, HIDDEN):
        assert words(board_of(RULES, position)) == [
            "0 wrong guesses of 6.",
            "The letters: not known yet.",
            "Tried: nothing yet",
        ]


def test_choices_are_the_letters_that_were_not_tried() -> None:
    """The whole word may be typed as well; before there is a word, there are no choices."""
    match = play(RULES, "banana", *"ae")
    board = Perspective(match, Seat.SERVER).board()
    assert "".join(choice.text for choice in board.choices) == "bcdfghijklmnopqrstuvwxyz"
    assert board.besides == "the whole word of 6 letters"
    assert not Perspective(play(RULES), Seat.CLIENT).board().choices


@pytest.mark.parametrize(
    ("guess", "answer", "told"),
    [
        ("b", "1", "There is a b in place 1."),
        ("n", "3,5", "There is an n in places 3 and 5."),
        ("a", "2,4,6", "There is an a in places 2, 4 and 6."),
        ("q", "none", "There is no q in it."),
        ("cabana", "no", "That is not the word."),
        ("banana", "yes", "That is the word."),
    ],
)
def test_answer_in_words(guess: str, answer: str, told: str) -> None:
    """Both hear the same."""
    position = Position(Seat.CLIENT, "______", (), guess)
    assert RULES.tell(position, answer, Seat.CLIENT) == RULES.tell(position, answer, None) == told


def test_what_leads_to_an_answer_in_words() -> None:
    """The word, its length and a guess are told, and at the end the word itself."""
    assert RULES.tell(START, None, Seat.CLIENT) == "You have hidden a word."
    assert RULES.tell(START, None, Seat.SERVER) == "The client has hidden a word."
    assert RULES.tell(HIDDEN, "6", None) == "The word has 6 letters."
    assert RULES.tell(TOLD, "e", Seat.SERVER) == "You guessed e."
    assert RULES.tell(TOLD, Revealed(Seat.CLIENT, "banana"), None) == "The word was banana."
