"""Errors that come out of task groups."""

import pytest

from chatgame.core.errors import LinkLost, PlayerLeft, unwrapped


def test_first_expected_error_comes_out_of_a_group_by_itself() -> None:
    """It does so however deep it is, and whatever expected errors stand beside it."""
    with pytest.raises(LinkLost, match="one"), unwrapped():
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [LinkLost("one")]), PlayerLeft("two")])


def test_leaving_counts_least_among_several() -> None:
    """What was wrong is not hidden by a player who leaves at the same time."""
    with pytest.raises(LinkLost, match="two"), unwrapped():
        raise ExceptionGroup("outer", [PlayerLeft("one"), LinkLost("two")])


def test_group_with_a_bug_in_it_is_not_hidden() -> None:
    """Then the whole group is raised."""
    with pytest.raises(ExceptionGroup), unwrapped():
        raise ExceptionGroup("outer", [LinkLost("one"), ZeroDivisionError()])
