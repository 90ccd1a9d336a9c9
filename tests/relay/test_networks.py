"""What counts as one address."""

import pytest

from chatgame.relay.networks import Minute, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_whole_64_of_ipv6_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_so_many_a_minute_and_no_more() -> None:
    minute = Minute(2)
    assert minute.pause(100) == 0
    minute.count(100)
    minute.count(110.5)
    assert minute.pause(110.5) == 50
    assert minute.pause(159.5) == 1
    assert minute.pause(160) == 0
    minute.count(170)
    assert minute.pause(170) == 0
