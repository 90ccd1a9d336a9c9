"""A few simulated sessions of each kind; `python -m tests.simulation` runs as many as one likes."""

import pytest

from tests.simulation import machines, programs, relays


@pytest.mark.parametrize("seed", range(40))
def test_session_of_the_programs_loses_nothing(seed: int) -> None:
    failure = programs.session(seed).failure
    assert failure is None, f"{failure.headline()}: python -m tests.simulation programs --seed {seed}"


@pytest.mark.parametrize("seed", range(100))
def test_session_of_the_machines_loses_nothing(seed: int) -> None:
    machines.session(seed)


@pytest.mark.parametrize("seed", range(60))
def test_session_over_relays_loses_nothing(seed: int) -> None:
    relays.session(seed)


@pytest.mark.parametrize("seed", [3, 14])
def test_one_seed_gives_one_run_over_relays(seed: int) -> None:
    first, second = relays.session(seed), relays.session(seed)
    assert (first.clock.steps, first.clock.now) == (second.clock.steps, second.clock.now)


@pytest.mark.parametrize("seed", [3, 14])
def test_one_seed_gives_one_run_of_the_programs(seed: int) -> None:
    """A failure can be seen again, step by step."""
    first, second = programs.session(seed), programs.session(seed)
    assert (first.steps, first.virtual_time, first.order_hash) == (
        second.steps,
        second.virtual_time,
        second.order_hash,
    )
    assert first.values == second.values


@pytest.mark.parametrize("seed", [3, 14])
def test_one_seed_gives_one_run_of_the_machines(seed: int) -> None:
    first, second = machines.session(seed), machines.session(seed)
    assert (first.clock.steps, first.clock.now) == (second.clock.steps, second.clock.now)
    assert [disk.log for disk in first.disks.values()] == [disk.log for disk in second.disks.values()]
