"""Room on trunks, caller ids and the machine: lines at once, new ones a second."""

from dialer.dial_limits import EVERYTHING, DialLimits, Limit

TRUNK, CALLER = "trunk:carrier", "caller:+56221234567"


def test_a_dial_needs_room_in_all_that_it_uses() -> None:
    limits = DialLimits({TRUNK: Limit(lines=3), CALLER: Limit(lines=2), EVERYTHING: Limit(per_second=5)})
    assert limits.room([TRUNK, CALLER], 0.0) == 2
    assert limits.room([TRUNK], 0.0) == 3
    limits.begin([TRUNK, CALLER], 0.0)
    limits.begin([TRUNK, CALLER], 0.0)
    assert limits.room([TRUNK, CALLER], 0.0) == 0
    assert limits.room([TRUNK], 0.0) == 1
    limits.end([TRUNK, CALLER])
    assert limits.room([TRUNK, CALLER], 5.0) == 1


def test_so_many_begin_within_any_second() -> None:
    limits = DialLimits({EVERYTHING: Limit(per_second=2)})
    limits.begin([TRUNK], 10.0)
    limits.begin([TRUNK], 10.6)
    assert [limits.room([TRUNK], at) for at in (10.9, 11.0, 11.5, 11.6)] == [0, 1, 1, 2]
    limits.end([TRUNK])


def test_what_nothing_limits_has_room() -> None:
    assert DialLimits({}).room([TRUNK], 0.0) is None
    assert DialLimits({TRUNK: Limit()}).room([TRUNK], 0.0) is None
