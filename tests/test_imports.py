"""The floors: imports point down only, as the contracts in pyproject.toml say."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def test_imports_point_down_only() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([command, "--no-cache"], cwd=PROJECT, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
