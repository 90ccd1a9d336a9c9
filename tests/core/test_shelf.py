"""Games that are loaded when they are used."""

import pytest

from chatgame.core.shelf import Shelf, shelf
from chatgame.games import BUILT_IN, EXTRAS
from chatgame.games.pig import Pig
from chatgame.plugins import installed_games


def unloadable() -> Pig:
    raise AssertionError("this was not to be loaded")


def test_names_and_versions_are_known_before_a_game_is_loaded() -> None:
    games = Shelf({"pig": (2, unloadable)})
    assert (list(games), len(games), "pig" in games, "rps" in games) == (["pig"], 1, True, False)
    assert games.versions == {"pig": 2}
    assert list(games.common({"pig": 2})) == ["pig"]
    assert list(games.common({"pig": 1})) == list(games.common({})) == []


def test_game_is_loaded_once() -> None:
    games = shelf({"pig": Pig()})
    assert shelf(games) is games
    assert games["pig"] is games["pig"]
    with pytest.raises(KeyError):
        games["rps"]


def test_game_can_be_added() -> None:
    pig = Pig()
    games = Shelf({"rps": (1, unloadable)}).with_rules(pig)
    assert games.versions == {"rps": 1, "pig": pig.version}
    assert games["pig"] is pig


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_games_are_listed_with_their_own_names_and_versions(name: str) -> None:
    assert (BUILT_IN[name].name, BUILT_IN[name].version) == (name, BUILT_IN.versions[name])


@pytest.mark.parametrize("name", EXTRAS)
def test_games_of_extras_have_the_names_and_versions_under_which_they_are_listed(name: str) -> None:
    games, _ = installed_games()
    assert (games[name].name, games[name].version) == (name, games.versions[name])
