"""Runs scenarios in virtual time, where waiting costs nothing: in one loop, or on a simulated network."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import async_solipsism
import detangle

T = TypeVar("T")


def in_virtual_time(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a scenario on a loop whose clock jumps to the next deadline, and which fails when nothing can happen."""
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(scenario)


def in_simulation(scenario: Coroutine[Any, Any, None]) -> None:
    """Run a scenario on simulated hosts and a network that works, and fail if it leaves tasks or connections open."""

    async def main() -> None:
        await scenario

    detangle.run(main, check_leaks=True, net={"tcp_timeout": 1.0})
