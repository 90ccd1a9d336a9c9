"""The user's settings: the file, the environment over it, and the options over both."""

import subprocess
from pathlib import Path

import pytest

from chatgame.core.errors import WrongSetting
from chatgame.settings import DEFAULT, listing, settings
from tests.kit.command import COMMAND

USUAL = {"name": "", "boards": "auto", "bell": True, "timestamps": False, "relay": []}


def written(folder: Path, text: str) -> Path:
    """A configuration file."""
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("there", [True, False])
def test_defaults_hold_where_nothing_is_set(tmp_path: Path, there: bool) -> None:
    found = settings(written(tmp_path, "") if there else tmp_path / "none", {})
    assert {name: value for name, (value, _) in found.items()} == USUAL
    assert {source for _, source in found.values()} == {DEFAULT}
    assert settings(None, {}) == found


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(
        tmp_path, 'name = "Ann"\n\nbell = false\nboards = "ascii"\ntimestamps = true\nrelay = "a.example"\n'
    )
    found = settings(
        file, {"CHATGAME_NAME": "Bea", "CHATGAME_BELL": "Yes", "CHATGAME_RELAY": "b.example, c.example:2"}
    )
    assert found == {
        "name": ("Bea", "CHATGAME_NAME"),
        "boards": ("ascii", "line 4"),
        "bell": (True, "CHATGAME_BELL"),
        "timestamps": (True, "line 5"),
        "relay": (["b.example", "c.example:2"], "CHATGAME_RELAY"),
    }


def test_empty_variable_sets_nothing() -> None:
    assert settings(None, {"CHATGAME_BELL": ""})["bell"] == (True, DEFAULT)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("bell = 1", 3, "bell must be true or false"),
        ("timestamps = 'yes'", 3, "timestamps must be true or false"),
        ("boards = 'big'", 3, "boards must be one of auto, ascii, unicode"),
        ("name = 'Shutting down'", 3, "cannot be your name"),
        ("name = 5", 3, "cannot be your name"),
        ("relay = 'two words'", 3, "relay must be the address"),
        ("relay = [1]", 3, "relay must be the address"),
        ("bel = true", 3, 'there is no setting "bel"; the settings are name, boards, bell, timestamps, relay'),
        ("'b\\e' = true", 3, "there is no setting"),
        ("[bell]\nloud = true", 3, "bell must be true or false"),
        ("bell = maybe", 3, "is not TOML"),
        ("bell = true\nbell = true", 4, "is not TOML"),
        ("relay = [", 3, "is not TOML"),
    ],
)
def test_wrong_line_is_named_with_its_number(tmp_path: Path, text: str, line: int, why: str) -> None:
    with pytest.raises(WrongSetting, match=r"^Line") as raised:
        settings(written(tmp_path, f"# mine\n\n{text}"), {})
    assert str(raised.value).startswith(f"Line {line} of {tmp_path}")
    assert why in str(raised.value)
    assert str(raised.value).endswith(".")


def test_wrong_variable_is_named() -> None:
    with pytest.raises(WrongSetting, match="CHATGAME_BELL cannot be used: bell must be true or false"):
        settings(None, {"CHATGAME_BELL": "loud"})


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(WrongSetting, match="cannot be read"):
        settings(tmp_path / "config.toml", {})
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(WrongSetting, match="not UTF-8"):
        settings(tmp_path / "bytes.toml", {})


@pytest.mark.parametrize("text", ["name = " + "9" * 5000, "relay = " + "[" * 5000])
def test_file_that_python_cannot_read_as_toml_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongSetting, match="cannot be read: a number in it is too long, or its brackets"):
        settings(written(tmp_path, text), {})


def test_listing_can_stand_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "Jörg \\"J\\""\nrelay = ["a.example", "b.example"]\nbell = false\n')
    found = settings(file, {})
    again = settings(written(tmp_path, "\n".join(listing(found, file))), {})
    assert [value for value, _ in again.values()] == [value for value, _ in found.values()]


def test_listing_says_where_the_file_belongs(tmp_path: Path) -> None:
    assert listing(settings(None, {}), tmp_path / "config.toml")[0].endswith(f"goes into {tmp_path / 'config.toml'}")
    assert "no home folder" in listing(settings(None, {}), None)[0]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, input="play tictactoe\n", timeout=20, check=False
    )


def test_option_wins_over_a_setting_and_a_setting_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATGAME_BOARDS", "unicode")
    assert "│" in run("solo").stdout
    assert "│" not in run("solo", "--boards", "ascii").stdout


def test_wrong_setting_is_one_line_and_help_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATGAME_BELL", "loud")
    for command in ("solo", "config"):
        ended = run(command)
        assert (ended.returncode, ended.stderr.count("\n"), ended.stdout) == (1, 1, "")
    assert run("solo", "--help").returncode == run("history").returncode == 0
