"""A few simulated sessions; `python -m tests.simulation` runs as many as one likes."""

import pytest

from tests.simulation import session


@pytest.mark.parametrize("seed", range(60))
def test_session_loses_nothing(seed: int) -> None:
    """Whatever becomes of the line and the programs."""
    failure = session(seed).failure
    assert failure is None, f"{failure.headline()}: python -m tests.simulation --seed {seed}"


@pytest.mark.parametrize("seed", [3, 14])
def test_one_seed_gives_one_run(seed: int) -> None:
    """Step by step, so that a failure can be seen again."""
    first, second = session(seed), session(seed)
    assert (first.steps, first.virtual_time, first.order_hash) == (
        second.steps,
        second.virtual_time,
        second.order_hash,
    )
    assert first.values == second.values
