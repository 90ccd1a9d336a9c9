"""A test that leaves something behind fails, and no other one does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]

GUILTY = {
    "task": ("task <coroutine", "kept.append(asyncio.create_task(asyncio.sleep(60)))"),
    "socket": ("socket ", "kept.append(socket.socket())"),
    "file": ("file ", "kept.append(open(__file__))"),
    "process": ("child process", "kept.append(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1))"),
    "thread": (
        "thread sleeper",
        "threading.Thread(target=time.sleep, args=[5], name='sleeper', daemon=True).start()",
    ),
    "handler": ("handler of SIGTERM", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"),
    "cycle": ("unclosed <socket", "cycle = [socket.socket()]; cycle.append(cycle)"),
}
"""What a test may leave behind, by how it is reported, and how it is left."""

CONFTEST = "from tests.conftest import *\nleftovers.MOMENT = 0.05\n"

HEAD = """
import asyncio, signal, socket, subprocess, sys, threading, time

kept = []

def test_failing():
    left_open = socket.socket()
    assert left_open is None
"""

ONE = """
async def test_{0}():
    {1}

async def test_after_{0}():
    pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no list of what is open there")
def test_whatever_is_left_behind_fails_the_test_that_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    tests = [ONE.format(name, code) for name, (_, code) in GUILTY.items()]
    (tmp_path / "test_guilty.py").write_text("".join([HEAD, *tests]))
    command = [sys.executable, "-m", "pytest", "-c", PROJECT / "pyproject.toml", "-p", "no:cacheprovider", tmp_path]
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run([*map(str, command)], cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert re.findall(r"(?m)^FAILED \S+::test_(\w+)", done.stdout) == ["failing"], done.stdout
    assert re.findall(r"(?m)^ERROR \S+::test_(\w+)", done.stdout) == [*GUILTY], done.stdout
    sentences = re.findall(r"(?m)^The test leaves behind: (.*)$", done.stdout)
    for (words, _), sentence in zip(GUILTY.values(), sentences, strict=True):
        assert sentence.startswith(words)
