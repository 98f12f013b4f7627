"""Room on trunks, caller ids and campaigns: lines at once, new ones a second."""

from ctiserver.core.dial_limits import DialLimits, Limit

TRUNK, CALLER = "trunk:carrier", "caller:+56221234567"


def test_a_dial_needs_room_in_all_that_it_uses() -> None:
    limits = DialLimits({TRUNK: Limit(lines=3, per_second=5), CALLER: Limit(lines=2)})
    assert limits.room([TRUNK, CALLER], 0.0) == 2
    assert limits.room([TRUNK], 0.0) == 3
    limits.begin([TRUNK, CALLER], 0.0)
    limits.begin([TRUNK, CALLER], 0.0)
    assert limits.room([TRUNK, CALLER], 0.0) == 0
    assert limits.room([TRUNK], 0.0) == 1
    limits.end([TRUNK, CALLER], 1.0)
    assert limits.room([TRUNK, CALLER], 5.0) == 1
    limits.end([TRUNK, CALLER], 5.0)
    assert limits.used == {}


def test_so_many_begin_within_any_second_whether_they_go_on_or_not() -> None:
    limits = DialLimits({TRUNK: Limit(per_second=2)})
    limits.begin([TRUNK], 10.0)
    limits.end([TRUNK], 10.1)
    limits.begin([TRUNK], 10.6)
    limits = DialLimits(limits.limits, limits.used)  # taken up by another one
    assert [limits.room([TRUNK], at) for at in (10.9, 11.0, 11.5, 11.6)] == [0, 1, 1, 2]


def test_what_nothing_limits_has_room_and_a_new_limit_counts_what_there_is() -> None:
    limits = DialLimits({TRUNK: Limit()})
    assert limits.room([TRUNK, CALLER], 0.0) is None
    limits.begin([TRUNK], 0.0)
    limits.limits = {TRUNK: Limit(lines=3)}
    assert limits.room([TRUNK], 5.0) == 2
