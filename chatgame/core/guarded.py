"""Code of rules, which may come from anywhere: whatever it raises costs its own game and nothing else."""

from collections.abc import Callable
from types import UnionType

from chatgame.core import sentences
from chatgame.core.errors import ChatgameError, RulesFailed
from chatgame.core.limits import MAX_QUOTED
from chatgame.core.rules import ANY_FAILURE, AnyRules


class guarded:
    """A block in which code of `rules` runs. What it raises, other than a `ChatgameError`, becomes a `RulesFailed`.

    A class, since `contextlib.contextmanager` takes three times as long, twice in each move.
    """

    def __init__(self, rules: AnyRules) -> None:
        self._rules = rules

    def __enter__(self) -> None:
        """Enter code of the rules."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Say of a failure that it is the rules'."""
        if isinstance(error, ANY_FAILURE) and not isinstance(error, ChatgameError):
            what = f"{type(error).__name__}: {error}"[:MAX_QUOTED]
            raise RulesFailed(sentences.RULES_FAILED.format(title=self._rules.title, what=what)) from error


def said_by(rules: AnyRules, say: Callable[[], str | None], kind: type | UnionType = str) -> str | None:
    """What the rules say, or that they failed."""
    try:
        with guarded(rules):
            said = say()
            if not isinstance(said, kind):
                raise TypeError(f"{said!r} is not a text")
            return said
    except RulesFailed as error:
        return str(error)
