"""What a user has set for all conversations: in the configuration file, and over it in the environment.

    name = "Ann"            the name that partners see
    boards = "ascii"        how boards are drawn: auto, ascii or unicode
    bell = false            whether a bell rings when it is one's turn after some time
    timestamps = true       whether lines begin with the time
    relay = "example.org"   where to meet partners who cannot be reached directly; a list is tried in its order

An option of a command wins over the environment, where the name of a variable is as in CHATGAME_BELL.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, get_args

from chatgame.core.errors import WrongSetting
from chatgame.core.limits import MAX_PERSON
from chatgame.core.seats import Seat
from chatgame.players.person.inert import inert
from chatgame.players.person.look import Boards
from chatgame.players.person.narration import known_names

DEFAULT = "the default"

_WORDS: dict[str, object] = dict.fromkeys(("yes", "true", "on", "1"), True)
_WORDS |= dict.fromkeys(("no", "false", "off", "0"), False)


class Found(NamedTuple):
    """The value of a setting, and its source.

    Attributes:
        value: of the type that the setting has.
        source: where it comes from, in words for people.
    """

    value: Any
    source: str


def person_name(value: object) -> str:
    """Return a person's name, which may be empty.

    Raises:
        ValueError: it cannot be one; the text says why.
    """
    if isinstance(value, str) and (not value or (len(value) <= MAX_PERSON and known_names({Seat.CLIENT: value}))):
        return value
    raise ValueError(
        f"{inert(str(value))} cannot be your name. A name must be visible, at most {MAX_PERSON} characters, "
        "and not look like one of chatgame's own messages"
    )


def _boards(value: object) -> str:
    if value in get_args(Boards):
        return str(value)
    raise ValueError(f"boards must be one of {', '.join(get_args(Boards))}")


def _switch(what: str) -> Callable[[object], bool]:
    def read(value: object) -> bool:
        if isinstance(value, bool):
            return value
        raise ValueError(f"{what} must be true or false")

    return read


def _relays(value: object) -> list[str]:
    relays = [value] if isinstance(value, str) else value
    if isinstance(relays, list) and all(isinstance(relay, str) and re.fullmatch(r"\S+", relay) for relay in relays):
        return relays
    raise ValueError(
        "relay must be the address of a computer, as in example.org or example.org:2000, or a list of them"
    )


_Kind = tuple[object, Callable[[object], object], Callable[[str], object]]

_KNOWN: dict[str, _Kind] = {
    "name": ("", person_name, str),
    "boards": ("auto", _boards, str),
    "bell": (True, _switch("bell"), lambda text: _WORDS.get(text.lower(), text)),
    "timestamps": (False, _switch("timestamps"), lambda text: _WORDS.get(text.lower(), text)),
    "relay": ([], _relays, lambda text: text.replace(",", " ").split()),
}
"""Each setting with its default, what checks a value of the file, and what makes one of a variable's text."""


def settings(file: Path | None, environment: Mapping[str, str]) -> dict[str, Found]:
    """Return all settings by name, as the environment and the file say, if there is one.

    Raises:
        WrongSetting: the file cannot be read, or a setting is wrong; the sentence says which, and where.
    """
    found = {name: Found(default, DEFAULT) for name, (default, _, _) in _KNOWN.items()}
    return found | (_in_file(file) if file else {}) | _in_environment(environment)


def _in_environment(environment: Mapping[str, str]) -> dict[str, Found]:
    found = {}
    for name, (_, check, read) in _KNOWN.items():
        variable = f"CHATGAME_{name.upper()}"
        if text := environment.get(variable):
            try:
                found[name] = Found(check(read(text)), variable)
            except ValueError as error:
                raise WrongSetting(f"The variable {variable} cannot be used: {error}.") from error
    return found


def _in_file(path: Path) -> dict[str, Found]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongSetting(f"The configuration {path} cannot be read: {why}.") from error
    import tomllib  # which most users do without

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        where = line[1] if line else str(text.count("\n") + 1)  # it ends too early
        raise WrongSetting(f"Line {where} of {path} is not TOML: {what[:1].lower()}{what[1:]}.") from error
    except (ValueError, RecursionError) as error:
        why = "a number in it is too long, or its brackets are nested too deep"
        raise WrongSetting(f"The configuration {path} cannot be read: {why}.") from error
    found = {}
    for name, value in values.items():
        line_number = _line_of(name, text)
        try:
            found[name] = Found(_KNOWN.get(name, _no_setting(name))[1](value), f"line {line_number}")
        except ValueError as error:
            raise WrongSetting(f"Line {line_number} of {path} cannot be used: {error}.") from error
    return found


def _no_setting(name: str) -> "_Kind":
    """The entry for a name that is not a setting, whose every value is refused."""

    def check(_: object) -> NoReturn:
        raise ValueError(f'there is no setting "{inert(name)}"; the settings are {", ".join(_KNOWN)}')

    return None, check, str


def _line_of(name: str, text: str) -> int:
    """The number of the line that sets `name`, which TOML allows only once."""
    begins = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if begins.match(line)), 1)


def listing(found: Mapping[str, Found], file: Path | None) -> Sequence[str]:
    """Return what `chatgame config` shows: lines that could stand in the file, each with the source of its value."""
    if not file:
        head = "# You have no home folder, so there is no file for these settings."
    elif file.exists():
        head = f"# The file is {file}"
    else:
        head = f"# There is no file yet. What you want to change goes into {file}"
    lines = [f"{name} = {_written(value)}" for name, (value, _) in found.items()]
    width = max(map(len, lines))
    sources = (source for _, source in found.values())
    return [head, *(f"{line:<{width}}  # {source}" for line, source in zip(lines, sources, strict=True))]


def _written(value: object) -> str:
    """A value in TOML, whose strings, lists and truth values are written as in JSON."""
    import json  # only to show it

    return json.dumps(value, ensure_ascii=False)
