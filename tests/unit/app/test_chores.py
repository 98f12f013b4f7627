"""Chores come round in time, one after the other, and none holds up another."""

from ctiserver.app.chores import Chore, Chores


def test_a_chore_comes_round_when_it_is_due_and_at_once_when_it_has_more_to_do() -> None:
    done: list[float] = []
    more = [True, False, False, False]

    def work(now: float) -> bool:
        done.append(now)
        return more.pop(0)

    chores = Chores([Chore("one", 30.0, work)])
    assert chores.turn(100.0)
    assert not chores.turn(100.1)
    assert not chores.turn(130.0)
    assert done == [100.0, 100.1]
    chores.turn(130.1)
    assert done[-1] == 130.1


def test_a_clock_that_was_set_back_stops_no_chore() -> None:
    done: list[float] = []

    def work(now: float) -> bool:
        done.append(now)
        return False

    chores = Chores([Chore("one", 30.0, work)])
    chores.turn(1000.0)
    chores.turn(10.0)
    assert done == [1000.0, 10.0]


def test_a_chore_that_fails_holds_up_no_other_and_is_tried_again() -> None:
    done: list[str] = []

    def broken(_now: float) -> bool:
        done.append("broken")
        raise ValueError("it is broken")

    def whole(_now: float) -> bool:
        done.append("whole")
        return True

    chores = Chores([Chore("broken", 5.0, broken), Chore("whole", 5.0, whole)])
    assert chores.turn(0.0)
    assert chores.turn(1.0)
    assert chores.turn(5.0)
    assert done == ["broken", "whole", "whole", "broken", "whole"]
