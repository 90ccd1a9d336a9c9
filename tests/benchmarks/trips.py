"""The round trip of a turn between two processes, compared with loops that check and keep nothing."""

import subprocess
import sys

from tests.benchmarks.measure import HERE, Bound, Row, absent

PROJECT = HERE.parent.parent


def trip(kind: str, size: int, trips: int, loop: str = "asyncio") -> float:
    """Seconds that a round trip of turns with texts of `size` bytes takes between two processes."""
    command = [sys.executable, "-m", "tests.benchmarks.ends", kind]
    work = [f"--size={size}", f"--trips={trips}", f"--loop={loop}"]
    serving = subprocess.Popen([*command, "serve", *work], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    assert serving.stdout, "it is a pipe"
    with serving:
        try:
            port = serving.stdout.readline().strip()
            dialling = [*command, "dial", f"--port={port}", *work]
            took = subprocess.run(dialling, check=True, stdout=subprocess.PIPE, timeout=300, cwd=PROJECT).stdout
            serving.wait(timeout=10)
        finally:
            serving.kill()
    return float(took)


def rows(*, quick: bool) -> list[Row]:
    """The rows, for short and long texts."""
    trips, synced = (500, 100) if quick else (5000, 1000)
    fast = "winloop" if sys.platform == "win32" else "uvloop"
    found = []
    for size in (100, 4096):
        what = f"turn round trip, {size} bytes"

        def us(size: int = size) -> float:
            return trip("session", size, trips)

        def us_fast(size: int = size) -> float:
            return trip("session", size, trips, fast)

        def us_kept(size: int = size) -> float:
            return trip("program", size, synced)

        def us_watched(size: int = size) -> float:
            return trip("watched", size, synced)

        def streams(size: int = size) -> float:
            return trip("streams", size, trips)

        def websockets(size: int = size) -> float:
            return trip("websockets", size, trips)

        def streams_kept(size: int = size) -> float:
            return trip("synced", size, synced)

        found += [
            Row(what, "bare asyncio streams", Bound(1.0, least=True), "s", us, streams),
            Row(what, "echo of websockets", Bound(1.5, least=True), "s", us, websockets, absent("websockets")),
            Row(
                f"{what}, on {fast}",
                "bare asyncio streams",
                Bound(1.7, least=True),
                "s",
                us_fast,
                streams,
                absent(fast),
            ),
            Row(
                f"{what}, journal on",
                "bare asyncio streams, one fdatasync a turn and side",
                Bound(0.9, least=True),
                "s",
                us_kept,
                streams_kept,
            ),
            Row(
                f"{what}, journal on, 20 watchers",
                "nobody watches",
                Bound(1.3, least=False),
                "s",
                us_watched,
                us_kept,
                "signals that stop a program are POSIX" if sys.platform == "win32" else None,
            ),
        ]
    return found
