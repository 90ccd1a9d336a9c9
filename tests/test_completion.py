"""Shells complete the commands of chatgame, by the scripts that it writes."""

import shutil
from pathlib import Path

import pytest
import shtab

from chatgame.arguments import new_parser
from tests.kit.terminals import Terminal, on_a_terminal

COMMANDS = {
    "bash": ("bash", "--noprofile", "--norc"),
    "zsh": ("zsh", "--no-rcs", "--no-globalrcs"),
    "fish": ("fish", "--no-config"),
}
"""How each is started without anything of its user's."""

START_UP = {
    "bash": 'eval "$(cat {})"',
    "zsh": 'autoload -U compinit; compinit -u -D; PS1="$ "; eval "$(cat {})"',
    "fish": "function fish_prompt; echo '$ '; end; cat {} | source",
}
"""What the README says for its start-up file."""

COMPLETED = [
    ("ser", "server"),
    ("export 3 --format asc", "export 3 --format asciicast"),
    ("server --relay example.org --na", "server --relay example.org --name"),
    ("relay --nod", "relay --nodes"),
    ("match rps 3 --players bot bot --ke", "match rps 3 --players bot bot --keep"),
]


@pytest.mark.parametrize("shell", COMMANDS)
def test_shell_completes_commands_options_and_choices(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    script = tmp_path / "script"
    script.write_text(shtab.complete(new_parser(), shell))
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PS1": "$ "}
    process = on_a_terminal(*COMMANDS[shell], **env)
    terminal = Terminal(process)
    terminal.until(lambda: any(terminal.rows))
    terminal.type(f"{START_UP[shell].replace('{}', str(script))}; clear; echo re''ady\r")
    terminal.until(lambda: terminal.rows == ["ready", "$"])
    for begun, completed in COMPLETED:
        terminal.type(f"chatgame {begun}")
        see(terminal, f"$ chatgame {begun}")
        terminal.type("\t")
        see(terminal, f"$ chatgame {completed}")
        terminal.type("\x15")
        see(terminal, "$")
    process.close(force=True)


def see(terminal: Terminal, line: str) -> None:
    """Wait until that is the last line of the screen."""
    terminal.until(lambda: terminal.rows[-1] == line)
