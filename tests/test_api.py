"""What other programs use: everything that the package says it has, from `chatgame` itself."""

import inspect
import re
import subprocess
import sys

import pytest

import chatgame

NAMES = re.findall(r"`(\w+)`", chatgame.__doc__ or "")


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there_and_documented(name: str) -> None:
    """Type checkers see the same one from the same place."""
    what = getattr(chatgame, name)
    assert name == "BUILT_IN" or inspect.getdoc(what)
    module = re.search(rf"from (chatgame\.\S+) import {name} as {name}\n", inspect.getsource(chatgame))
    assert module
    assert getattr(sys.modules[module[1]], name) is what


def test_there_are_no_other_names() -> None:
    """Type checkers see no others, either."""
    assert sorted(NAMES) == sorted(re.findall(r" as (\w+)\n", inspect.getsource(chatgame)))
    with pytest.raises(AttributeError, match="module 'chatgame' has no attribute 'nothing'"):
        chatgame.nothing  # type: ignore[attr-defined]  # noqa: B018  # it is the point that it is not


def test_import_loads_what_is_used_and_no_more() -> None:
    """An author of a game waits for no event loop."""
    code = "import sys; from chatgame import Rules, Seat; print(*sorted({'asyncio', 'sqlite3'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "\n"
