"""Games by name, each loaded when it is used: to greet a partner takes only their names and versions."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from chatgame.core.rules import AnyRules


class Shelf(Mapping[str, AnyRules]):
    """Games by name.

    Args:
        loads: for each game, its version and the function that loads its rules.

    Attributes:
        versions: the versions of the rules, by name.
    """

    def __init__(self, loads: Mapping[str, tuple[int, Callable[[], AnyRules]]]) -> None:
        self.versions = {name: version for name, (version, _) in loads.items()}
        self._loads = loads
        self._loaded: dict[str, AnyRules] = {}

    def __getitem__(self, name: str) -> AnyRules:
        rules = self._loaded.get(name)
        if rules is None:
            rules = self._loaded[name] = self._loads[name][1]()
        return rules

    def __iter__(self) -> Iterator[str]:
        return iter(self._loads)

    def __len__(self) -> int:
        return len(self._loads)

    def __contains__(self, name: object) -> bool:
        return name in self._loads

    def with_rules(self, rules: AnyRules) -> "Shelf":
        """The same games and one more, which is loaded."""
        return self.with_game(rules.name, rules.version, lambda: rules)

    def with_game(self, name: str, version: int, load: Callable[[], AnyRules]) -> "Shelf":
        """The same games and one more."""
        return Shelf({**self._same(), name: (version, load)})

    def common(self, versions: Mapping[str, int]) -> "Shelf":
        """The games of these names and versions: as a rule these very games, for all tables."""
        if all(versions.get(name) == version for name, version in self.versions.items()):
            return self
        return Shelf({name: same for name, same in self._same().items() if versions.get(name) == same[0]})

    def _same(self) -> dict[str, tuple[int, Callable[[], AnyRules]]]:
        """What loads the very rules that are loaded here."""
        return {name: (version, partial(self.__getitem__, name)) for name, version in self.versions.items()}


def shelf(games: Mapping[str, AnyRules]) -> Shelf:
    """Games as a shelf, which they may be already."""
    if isinstance(games, Shelf):
        return games
    return Shelf({name: (rules.version, partial(games.__getitem__, name)) for name, rules in games.items()})
