"""People who watch while a turn is measured: `python -m tests.benchmarks.crowd PORT COUNT` says when all have come.

They only read, and on another core: what each of them checks and shows takes the time of other computers.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chatgame.protocol.messages import PROTOCOL, Watch
from tests.benchmarks.measure import HERE
from tests.kit.wire import Wire

WATCHERS = 20
"""As many as there may be; one of them is stopped, as by Ctrl-Z."""


@contextmanager
def crowd(port: int) -> Iterator[None]:
    """Watch with as many as there may be, one of which is stopped."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.crowd", str(port), str(count)],
            stdout=subprocess.PIPE,
            cwd=HERE.parent.parent,
        )
        for count in (WATCHERS - 1, 1)
    ]
    try:
        for process in started:
            assert process.stdout, "it is a pipe"
            assert process.stdout.readline(), "it watches"
        started[1].send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in started:
            process.kill()
            process.communicate()


async def watch(port: int, count: int) -> None:
    """Watch with so many, until the server ends."""
    wires = [Wire(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    for wire in wires:
        wire.say(Watch(PROTOCOL))
        await wire.receive()
    print("watching", flush=True)

    async def read(wire: Wire) -> None:
        while await wire.reader.read(2**16):
            pass

    await asyncio.gather(*map(read, wires))


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity") and (elsewhere := {*range(os.cpu_count() or 1)} - os.sched_getaffinity(0)):
        os.sched_setaffinity(0, elsewhere)
    asyncio.run(watch(int(sys.argv[1]), int(sys.argv[2])))
